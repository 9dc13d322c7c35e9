import { createHmac } from 'node:crypto';
import { signatureOf } from '../../sandbox/services/speedyFiles/events.mts';
import { http, Receiver } from './support.mts';
import { eventOf, formOf, Instance } from './speedyFilesSupport.mts';

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

const FILE = { name: 'a.txt', bytes: 'abc', type: 'text/plain' };

/** Fires one event. */
const revoke = async (id: string) => await instance.api('post', `/packages/${id}/revoke`);

test('matches a known test vector', () => {
	const body =
		'{"title":"Q4 financials","recipient_email":"cfo@acme.com","owner_user_id":1,"file_count":2,"expires_at":"2026-05-27T20:30:22","event":"package.finalized","timestamp":"2026-05-13T20:30:22.123456Z","package_id":"AbCdEfGhIjKlMnOpQrStUv"}';
	expect(signatureOf(body, 'whsec_test_secret')).toBe(
		'sha256=a1feadb0925166e9a06b4e7a0cc2bb33fb9da1ebbd2c675a420c37bda68a6fff',
	);
});

describe('a webhook (SpeedyFiles docs, Webhooks)', () => {
	test('has the documented headers and is signed over its bytes', async () => {
		await instance.subscribe(receiver.url);
		await instance.sent(FILE);
		const { body: raw, headers } = receiver.requests[1];
		expect(headers).toMatchObject({
			'content-type': 'application/json',
			'user-agent': 'SpeedyFiles-Webhook/1.0',
			'x-speedyfiles-event': 'package.finalized',
			'x-speedyfiles-hook-id': '1',
		});
		const right = createHmac('sha256', instance.secret).update(raw).digest('hex');
		expect(headers['x-speedyfiles-signature']).toBe(`sha256=${right}`);
	});

	test('is compact ASCII with the common fields last', async () => {
		await instance.subscribe(receiver.url);
		const { id, expires_at } = await instance.create({ title: 'Größe 🎉\u2028\u007f"\\' });
		await instance.upload(id, FILE);
		await instance.finalize(id);
		const [, { body: raw }] = receiver.requests;
		expect(raw).toMatch(/^[\x20-\x7e]+$/);
		expect(raw).toContain('"title":"Gr\\u00f6\\u00dfe \\ud83c\\udf89\\u2028\\u007f\\"\\\\",');
		const event = JSON.parse(raw) as Record<string, unknown>;
		expect(Object.entries(event)).toEqual([
			['title', 'Größe 🎉\u2028\u007f"\\'],
			['recipient_email', 'cfo@acme.com'],
			['owner_user_id', 1],
			['file_count', 1],
			['expires_at', expires_at],
			['event', 'package.finalized'],
			['timestamp', expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/)],
			['package_id', id],
		]);
	});

	test('is not sent while there is no URL', async () => {
		await instance.sent(FILE);
		expect(await instance.deliveries()).toEqual([]);
	});

	test('is sent within the call: the receiver gets it before the caller gets the response', async () => {
		await instance.subscribe(receiver.url);
		const { id } = await instance.create();
		for (let count = 1; count <= 3; count += 1) {
			await revoke(id);
			expect(receiver.requests).toHaveLength(count);
		}
	});
});

describe('fired events (SpeedyFiles source)', () => {
	/** Returns the names and fields of all received events, in order. */
	const sentEvents = () =>
		receiver.requests.map((received) => {
			const { event, ...fields } = eventOf(received);
			delete fields.timestamp;
			return [event, fields];
		});

	test('outbound: uploaded, finalized, downloaded, file deleted, revoked, deleted; not created', async () => {
		await instance.subscribe(receiver.url);
		const { id, link, files } = await instance.sent(FILE, { ...FILE, bytes: 'defg' });
		await http.get(link);
		await http.get(`${link}/file/${files[0]}`);
		await http.get(`${link}/zip`);
		await instance.control('delete', `/packages/${id}/files/${files[1]}`);
		await revoke(id);
		await instance.api('delete', `/packages/${id}`);
		const file = { original_name: 'a.txt', package_id: id };
		const number = expect.any(Number) as number;
		const whom = { title: 'Q4 financials', recipient_email: 'cfo@acme.com', package_id: id };
		const uploaded = { ...file, duration_ms: number, uploaded_by: 'api' };
		const ip = expect.stringContaining('127.0.0.1') as string;
		expect(sentEvents()).toEqual([
			['package.file_uploaded', { ...uploaded, file_id: files[0], size_bytes: 3 }],
			['package.file_uploaded', { ...uploaded, file_id: files[1], size_bytes: 4 }],
			[
				'package.finalized',
				{ ...whom, owner_user_id: 1, file_count: 2, expires_at: expect.any(String) as string },
			],
			['package.downloaded', { ...file, file_id: files[0], size_bytes: 3, ip }],
			['package.downloaded', { kind: 'zip', file_count: 2, total_bytes: 7, ip, package_id: id }],
			['package.file_deleted', { ...file, file_id: files[1], size_bytes: 4 }],
			['package.revoked', whom],
			['package.deleted', { ...whom, file_count: 1, total_bytes: 3 }],
		]);
	});

	test('inbound: only uploads by the recipient', async () => {
		await instance.subscribe(receiver.url);
		const { id, link } = await instance.asked();
		await http.post(`${link}/upload`, formOf(FILE));
		await http.post(`${link}/upload?from=page`, formOf(FILE));
		const uploaded = { package_id: id, uploaded_by: 'recipient', size_bytes: 3 };
		expect(sentEvents()).toMatchObject([
			['package.file_uploaded', uploaded],
			['package.file_uploaded', uploaded],
		]);
	});

	test('a rejected call, or one without effect, fires nothing; revoking again does', async () => {
		await instance.subscribe(receiver.url);
		const { id } = await instance.sent(FILE);
		receiver.requests.length = 0;
		await instance.finalize(id);
		await instance.api('get', `/packages/${id}`);
		await instance.api('post', '/packages/x/revoke');
		await instance.upload('x', FILE);
		expect(receiver.requests).toEqual([]);
		await revoke(id);
		await revoke(id);
		expect(receiver.requests).toHaveLength(2);
	});

	test('a setting turns on package.created and package.expired, which are documented', async () => {
		await instance.subscribe(receiver.url);
		await instance.sent(FILE);
		await instance.bench.advance(8 * 86_400);
		const names = () => receiver.requests.map((received) => eventOf(received).event);
		expect(names()).toEqual(['package.file_uploaded', 'package.finalized']);
		receiver.requests.length = 0;
		await instance.set({ events: 'documented' });
		const { id } = await instance.create({ direction: 'inbound', ttl_days: 1 });
		await instance.create({ ttl_days: 1 });
		await instance.bench.advance(86_400 + 1);
		expect(names()).toEqual(['package.created', 'package.created', 'package.expired']);
		expect(eventOf(receiver.requests[2])).toMatchObject({ package_id: id, owner_user_id: 1 });
	});

	test('are only sent to subscribers', async () => {
		const other = await Receiver.start();
		await instance.control('post', '/webhooks', { url: other.url, events: ['package.revoked'] });
		await instance.subscribe(receiver.url);
		const { id } = await instance.sent(FILE);
		await revoke(id);
		expect(receiver.requests).toHaveLength(3);
		expect(other.requests.map((received) => eventOf(received).event)).toEqual(['package.revoked']);
		expect(other.requests[0].headers['x-speedyfiles-hook-id']).toBe('2');
		expect(other.requests[0].body).toBe(receiver.requests[2].body);
		const [mine, theirs] = [receiver.requests[2], other.requests[0]].map(
			({ headers }) => headers['x-speedyfiles-signature'],
		);
		expect(mine).not.toBe(theirs);
		await other.stop();
	});
});
