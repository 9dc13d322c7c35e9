import type { Delivery } from '../../sandbox/core/delivery.mts';
import { reportedHash, reportedSize } from '../../sandbox/core/faultyValues.mts';
import { Bench, eventually, Receiver, upload } from './support.mts';

let bench: Bench;
let receiver: Receiver;
beforeAll(async () => {
	bench = await Bench.start();
	receiver = await Receiver.start();
});
afterAll(async () => {
	await bench.stop();
	await receiver.stop();
});
beforeEach(async () => {
	await bench.control('delete', '/api/faults');
	receiver.requests.length = 0;
});

const add = async (rule: object) =>
	await bench.control('post', '/api/faults', { service: 'fileCourier', ...rule });
const uploaded = async (name: string) => {
	const { id, link } = await bench.session({ callback_url: receiver.url });
	await upload(link, { name, bytes: 'abc' });
	return id;
};
/** The sessions in the order in which the receiver was notified. */
const heard = () =>
	receiver.requests.map(
		({ body: raw }) => (JSON.parse(raw) as { data: { request_id: string } }).data.request_id,
	);
const all = async (count: number) =>
	await eventually(() => (receiver.requests.length === count ? heard() : undefined));

describe('outOfOrder: a webhook is sent after the next one', () => {
	test('delivers the first of two second', async () => {
		await add({ times: 1, fault: { type: 'outOfOrder' } });
		const first = await uploaded('a');
		expect(heard()).toEqual([]);
		const started = performance.now();
		const second = await uploaded('b');
		expect(await all(2)).toEqual([second, first]);
		// It waits for the other webhook, not for the timeout of ten seconds.
		expect(performance.now() - started).toBeLessThan(9000);
		const reordered = async () =>
			(await bench.control<Delivery[]>('get', '/api/deliveries')).data.find(
				({ subject, state }) => subject === first && state === 'delivered',
			);
		expect((await eventually(reordered)).attempts[0].faults).toEqual(['outOfOrder']);
	});

	test('holds back every other webhook if the fault applies to all', async () => {
		await add({ fault: { type: 'outOfOrder' } });
		const ids = [await uploaded('a'), await uploaded('b')];
		await all(2);
		ids.push(await uploaded('c'), await uploaded('d'));
		expect(await all(4)).toEqual([ids[1], ids[0], ids[3], ids[2]]);
	});

	test('sends a webhook after the timeout if no other one follows', async () => {
		await add({ fault: { type: 'outOfOrder', milliseconds: 200 } });
		const started = performance.now();
		const id = await uploaded('a');
		expect(await all(1)).toEqual([id]);
		expect(performance.now() - started).toBeGreaterThanOrEqual(190);
	});

	test('does not keep the sandbox from closing; sends the webhook in the next run', async () => {
		const first = await Bench.start();
		const rule = { service: 'fileCourier', fault: { type: 'outOfOrder' } };
		await first.control('post', '/api/faults', rule);
		const { link } = await first.session({ callback_url: receiver.url });
		await upload(link, { name: 'a', bytes: 'abc' });
		await first.stop({ keep: true });
		expect(heard()).toEqual([]);
		const second = await Bench.start(first.folder);
		await all(1);
		await second.stop();
	});
});

describe('wrongSize and wrongHash', () => {
	const request = (...types: string[]) =>
		({ faults: types.map((type) => ({ type })) }) as unknown as Parameters<typeof reportedSize>[0];

	test('only change the reported value', () => {
		expect(reportedSize(request(), 5)).toBe(5);
		expect(reportedSize(request('wrongHash'), 5)).toBe(5);
		expect(reportedSize(request('delay', 'wrongSize'), 5)).toBe(6);
		expect(reportedHash(request(), 'a1b2')).toBe('a1b2');
		expect(reportedHash(request('wrongHash'), 'a1b2')).toBe('01b2');
		expect(reportedHash(request('wrongHash'), '01b2')).toBe('11b2');
	});

	test('report the wrong size in the webhook after an upload on FileCourier’s page', async () => {
		await add({ origin: 'secure', method: 'POST', fault: { type: 'wrongSize' } });
		await uploaded('a');
		await all(1);
		const { data } = JSON.parse(receiver.requests[0].body) as {
			data: { files: { size: number; url: string }[] };
		};
		expect(data.files[0].size).toBe(4);
		expect((await (await fetch(data.files[0].url)).text()).length).toBe(3);
	});

	test('apply to requests and not to deliveries', async () => {
		expect((await add({ on: 'delivery', fault: { type: 'wrongSize' } })).status).toBe(400);
		expect((await add({ on: 'request', fault: { type: 'outOfOrder' } })).status).toBe(400);
	});
});
