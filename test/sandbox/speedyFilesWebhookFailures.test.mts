import type { Delivery } from '../../sandbox/core/delivery.mts';
import { signatureOf } from '../../sandbox/services/speedyFiles/events.mts';
import { eventually, Receiver } from './support.mts';
import { Instance } from './speedyFilesSupport.mts';
import { TestServer } from '../support/testServer.ts';

let instance: Instance;
let receiver: Receiver;
beforeEach(async () => {
	instance = await Instance.start();
	receiver = await Receiver.start();
});
afterEach(async () => {
	await instance.stop();
	await receiver.stop();
});

const refuse = (times: number, status = 500) =>
	(receiver.responses = Array.from({ length: times }, () => ({ status })));

/** Fires one event. */
const revoke = async (id: string) => await instance.api('post', `/packages/${id}/revoke`);

describe('a receiver that rejects deliveries', () => {
	test('is not retried, and the API call still succeeds', async () => {
		await instance.subscribe(receiver.url);
		refuse(1);
		const { id } = await instance.create();
		expect((await revoke(id)).status).toBe(200);
		const [delivery] = await instance.deliveries();
		expect(delivery).toMatchObject({ state: 'failed', subject: id, event: 'package.revoked' });
		await instance.bench.advance(7 * 86_400);
		expect(receiver.requests).toHaveLength(1);
		expect(await instance.hook()).toMatchObject({ failure_count: 1, last_status: 500 });
	});

	test.each([
		[
			'with a redirect',
			() => receiver.responses.push({ status: 302, headers: { location: '/' } }),
			302,
		],
		['with 404', () => refuse(1, 404), 404],
	])('with %s: counts as a failure and is not followed', async (_what, prepare, status) => {
		await instance.subscribe(receiver.url);
		prepare();
		await revoke((await instance.create()).id);
		expect(receiver.requests).toHaveLength(1);
		expect(await instance.hook()).toMatchObject({ failure_count: 1, last_status: status });
	});

	test('that does not exist: counts as a failure without a status', async () => {
		await instance.subscribe('http://127.0.0.1:9/closed');
		await revoke((await instance.create()).id);
		expect(await instance.hook()).toMatchObject({ failure_count: 1, last_status: null });
	});

	test('occasionally: any 2xx resets the failures', async () => {
		await instance.subscribe(receiver.url);
		const { id } = await instance.create();
		refuse(9);
		for (let count = 0; count < 9; count += 1) await revoke(id);
		expect((await instance.hook()).failure_count).toBe(9);
		receiver.responses = [{ status: 204 }];
		await revoke(id);
		expect(await instance.hook()).toMatchObject({ failure_count: 0, is_active: true });
	});

	test('ten times in a row: is disabled; enabling it resets the failures', async () => {
		await instance.subscribe(receiver.url);
		const { id } = await instance.create();
		refuse(10);
		for (let count = 0; count < 12; count += 1) await revoke(id);
		expect(receiver.requests).toHaveLength(10);
		expect(await instance.hook()).toMatchObject({ failure_count: 10, is_active: false });
		await instance.control('patch', '/webhooks/1', { is_active: true });
		expect(await instance.hook()).toMatchObject({ failure_count: 0, is_active: true });
		await revoke(id);
		expect(receiver.requests).toHaveLength(11);
	});

	test('by not responding: delays the call for at most 8 seconds', async () => {
		const mute = await new TestServer().handle(() => undefined).start();
		await instance.subscribe(`${mute.url}/`);
		const { id } = await instance.create();
		const started = performance.now();
		expect((await revoke(id)).status).toBe(200);
		expect((performance.now() - started) / 1000).toBeGreaterThanOrEqual(7.9);
		expect((performance.now() - started) / 1000).toBeLessThan(30);
		const [{ attempts }] = await instance.deliveries();
		expect(attempts).toMatchObject([{ accepted: false, error: 'No response within 8 seconds' }]);
		await mute.stop();
	});

	test('while the sandbox closes: loses the event, like the real service', async () => {
		await instance.subscribe(receiver.url);
		await instance.bench.control('post', '/api/faults', {
			...{ service: 'speedyFiles', on: 'delivery' },
			fault: { type: 'delay', milliseconds: 60_000 },
		});
		const { id } = await instance.create();
		const call = revoke(id).catch(() => undefined);
		await eventually(async () => ((await instance.deliveries()).length > 0 ? true : undefined));
		await instance.stop({ keep: true });
		await call;
		instance = await Instance.start(instance.bench.folder);
		const [delivery] = await instance.deliveries();
		expect(delivery).toMatchObject({ state: 'failed', attempts: [] });
		expect(receiver.requests).toEqual([]);
		expect((await instance.api('get', `/packages/${id}`)).data).toMatchObject({
			status: 'revoked',
		});
	});
});

describe('manual redelivery', () => {
	test('sends the same bytes and does not count as the service’s own attempt', async () => {
		await instance.subscribe(receiver.url);
		refuse(2);
		await revoke((await instance.create()).id);
		const [{ id }] = await instance.deliveries();
		const again = async () =>
			(await instance.bench.control<Delivery>('post', `/api/deliveries/${id}/redeliver`)).data;
		expect((await again()).state).toBe('failed');
		expect((await again()).state).toBe('delivered');
		expect(new Set(receiver.requests.map(({ body }) => body)).size).toBe(1);
		expect(await instance.hook()).toMatchObject({ failure_count: 1, last_status: 500 });
	});

	test('supports faults: an invalid signature, two copies', async () => {
		await instance.subscribe(receiver.url);
		for (const type of ['badSignature', 'duplicateDelivery']) {
			const fault = { service: 'speedyFiles', times: 1, fault: { type } };
			await instance.bench.control('post', '/api/faults', fault);
		}
		await revoke((await instance.create()).id);
		expect(receiver.requests).toHaveLength(2);
		for (const { body: raw, headers } of receiver.requests) {
			expect(headers['x-speedyfiles-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
			expect(headers['x-speedyfiles-signature']).not.toBe(signatureOf(raw, instance.secret));
		}
	});
});
