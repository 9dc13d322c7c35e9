import { createHmac } from 'node:crypto';
import { attemptDelivery } from '../../sandbox/core/attempt.mts';
import { Clock } from '../../sandbox/core/clock.mts';
import type { Delivery } from '../../sandbox/core/delivery.mts';
import { Faults } from '../../sandbox/core/faults.mts';
import { DeliveryReorderer } from '../../sandbox/core/reorderDeliveries.mts';
import { signatureOf } from '../../sandbox/services/fileCourier/webhook.mts';
import { Bench, Receiver, upload } from './support.mts';
import { TestServer } from '../support/testServer.ts';

let bench: Bench;
let receiver: Receiver;
beforeEach(async () => {
	bench = await Bench.start();
	receiver = await Receiver.start();
});
afterEach(async () => {
	await bench.stop();
	await receiver.stop();
});

/** Returns a session with uploaded files, whose webhook is being sent. */
async function uploaded(changes: object = {}): Promise<string> {
	const { id, link } = await bench.session({ callback_url: receiver.url, ...changes });
	await upload(
		link,
		{ name: 'licence.pdf', bytes: '%PDF-1.7', type: 'application/pdf' },
		{ name: 'ümlaut 🎉.txt', bytes: 'abc', type: 'text/plain' },
	);
	return id;
}

const refuse = (times: number, status = 500) =>
	(receiver.responses = Array.from({ length: times }, () => ({ status, body: 'not now' })));

/** The documented retries, in seconds after the previous attempt. */
const RETRIES = [60, 300, 1800, 7200, 86_400];

describe('the files.delivered webhook (FileCourier docs, Webhook Events)', () => {
	test('has the documented body in compact JSON', async () => {
		const id = await uploaded({ reference_id: 'CLM-1' });
		await bench.attempts(1);
		const [{ body: raw, headers }] = receiver.requests;
		const body = JSON.parse(raw) as { timestamp: string; data: { files: { url: string }[] } };
		expect(raw).toBe(JSON.stringify(body));
		expect(headers['content-type']).toBe('application/json');
		const expires_at = `${new Date(Date.parse(body.timestamp) + 86_400_000).toISOString().slice(0, 19)}Z`;
		const url = expect.stringContaining(`${bench.files}/${id.slice(4)}/`) as string;
		expect(body).toEqual({
			event: 'files.delivered',
			timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
			data: {
				request_id: id,
				reference_id: 'CLM-1',
				recipient_email: 'john@customer.example',
				files: [
					{ name: 'licence.pdf', size: 8, type: 'application/pdf', url, expires_at },
					{ name: 'ümlaut 🎉.txt', size: 3, type: 'text/plain', url, expires_at },
				],
			},
		});
	});

	test('is signed over the sent bytes', async () => {
		await uploaded();
		await bench.attempts(1);
		const [{ body: raw, headers }] = receiver.requests;
		const right = createHmac('sha256', bench.credentials.webhookSecret).update(raw).digest('hex');
		expect(headers['x-filecourier-signature']).toBe(right);
	});

	test('matches a known test vector', () => {
		const body =
			'{"event":"files.delivered","timestamp":"2025-01-22T14:22:18Z","data":{"request_id":"req_abc123xyz","reference_id":"CUST-12345","recipient_email":"customer@example.com","files":[{"name":"drivers-license.pdf","size":245832,"type":"application/pdf","url":"https://files.filecourier.io/abc123/drivers-license.pdf?signature=abc","expires_at":"2025-01-23T14:22:18Z"}]}}';
		expect(signatureOf(body, 'fcwh_test_secret')).toBe(
			'135da3e04edb099d4557066abed38cdc4bbc45a47563f076892553b3d1abaa14',
		);
	});

	test.each([
		['bearer', 'Bearer k-123'],
		['bare', 'k-123'],
	])('contains the callback API key, %s', async (callbackAuthorization, authorization) => {
		await bench.control('patch', '/api/services/fileCourier/settings', { callbackAuthorization });
		await uploaded({ callback_api_key: 'k-123' });
		await bench.attempts(1);
		expect(receiver.requests[0].headers.authorization).toBe(authorization);
	});

	test('has no Authorization header without a key', async () => {
		await uploaded();
		await bench.attempts(1);
		expect(receiver.requests[0].headers.authorization).toBeUndefined();
	});

	test.each([200, 201, 204, 299])(
		'%i acknowledges the delivery and completes the session',
		async (status) => {
			receiver.responses = [{ status }];
			const id = await uploaded();
			const [made] = await bench.attempts(1);
			expect(made).toMatchObject({ kind: 'scheduled', accepted: true, status });
			expect(await bench.state(id)).toBe('completed');
			expect((await bench.status(id)).data.data.delivered_at).toMatch(/Z$/);
			await bench.advance(3 * 86_400);
			expect(receiver.requests).toHaveLength(1);
		},
	);
});

describe('retries (FileCourier docs, Retry Policy)', () => {
	test('follow after 1 min, 5 min, 30 min, 2 h and 24 h; then the session has failed', async () => {
		refuse(6);
		const id = await uploaded();
		await bench.attempts(1);
		for (const [index, seconds] of RETRIES.entries()) {
			await bench.advance(seconds - 10);
			await bench.attempts(index + 1);
			expect(await bench.state(id)).toBe('uploaded');
			await bench.advance(10);
			await bench.attempts(index + 2);
		}
		expect(await bench.state(id)).toBe('failed');
		await bench.advance(7 * 86_400);
		expect(receiver.requests).toHaveLength(6);
		expect(new Set(receiver.requests.map(({ body }) => body)).size).toBe(1);
	});

	test('all happen during one long advance, each at its own time', async () => {
		refuse(6);
		await uploaded();
		await bench.attempts(1);
		await bench.advance(2 * 86_400);
		const times = (await bench.attempts(6)).map(({ at }) => Date.parse(at) / 1000);
		const waits = times.slice(1).map((time, index) => time - times[index]);
		waits.forEach((wait, index) => expect(Math.abs(wait - RETRIES[index])).toBeLessThan(5));
	});

	test('wait for the first attempt if the clock is advanced right after the upload', async () => {
		refuse(1);
		const id = await uploaded();
		await bench.advance(60);
		expect(await bench.state(id)).toBe('completed');
	});

	test('end after the first accepted attempt', async () => {
		refuse(2, 503);
		const id = await uploaded();
		await bench.attempts(1);
		await bench.advance(600);
		expect((await bench.attempts(3)).map(({ status }) => status)).toEqual([503, 503, 200]);
		expect(await bench.state(id)).toBe('completed');
	});

	test('treat a redirect as a rejection and do not follow it', async () => {
		receiver.responses = [{ status: 302, headers: { location: receiver.url } }];
		await uploaded();
		expect((await bench.attempts(1))[0]).toMatchObject({ accepted: false, status: 302 });
		expect(receiver.requests).toHaveLength(1);
	});

	test('store the reason if there is no receiver', async () => {
		await uploaded({ callback_url: 'http://127.0.0.1:9/closed' });
		const [made] = await bench.attempts(1);
		expect(made.accepted).toBe(false);
		expect(made.status).toBeUndefined();
		expect(made.error).toContain('ECONNREFUSED');
	});

	test('store the first KiB of a long response', async () => {
		receiver.responses = [{ status: 400, body: 'x'.repeat(5000) }];
		await uploaded();
		expect((await bench.attempts(1))[0].answer).toBe('x'.repeat(1024));
	});

	test('treat a timeout of the receiver as a rejection', async () => {
		const mute = await new TestServer().handle(() => undefined).start();
		const { url } = mute;
		const delivery = { service: 'fileCourier', url, headers: {}, body: '{}' } as Delivery;
		const made = await attemptDelivery({
			delivery,
			kind: 'scheduled',
			clock: new Clock(),
			faults: new Faults(),
			timeoutSeconds: 0.2,
			reorderer: new DeliveryReorderer(),
			closing: new AbortController().signal,
		});
		expect(made).toMatchObject({ accepted: false, error: 'No response within 0.2 seconds' });
		await mute.stop();
	});
});

describe('manual redelivery', () => {
	const again = async (id: string) =>
		await bench.control<Delivery>('post', `/api/deliveries/${id}/redeliver`);

	test('sends the identical body and signature again', async () => {
		await uploaded();
		const delivery = await bench.delivery(({ state }) => state === 'delivered');
		const { status, data } = await again(delivery.id);
		expect(status).toBe(200);
		expect(data.attempts.map(({ kind }) => kind)).toEqual(['scheduled', 'manual']);
		const [first, second] = receiver.requests;
		expect(second.body).toBe(first.body);
		expect(second.headers['x-filecourier-signature']).toBe(
			first.headers['x-filecourier-signature'],
		);
	});

	test('completes a failed session if the delivery is accepted', async () => {
		refuse(7);
		const id = await uploaded();
		await bench.attempts(1);
		await bench.advance(2 * 86_400);
		const failed = await bench.delivery(({ state }) => state === 'failed');
		await again(failed.id);
		expect(await bench.state(id)).toBe('failed');
		await again(failed.id);
		expect(await bench.state(id)).toBe('completed');
	});

	test('cancels scheduled retries if the delivery is accepted', async () => {
		refuse(1);
		await uploaded();
		const pending = await bench.delivery(({ attempts }) => attempts.length === 1);
		expect(pending.state).toBe('pending');
		await again(pending.id);
		await bench.advance(2 * 86_400);
		expect(receiver.requests).toHaveLength(2);
	});

	test('keeps scheduled retries if the delivery is rejected', async () => {
		refuse(3);
		await uploaded();
		const pending = await bench.delivery(({ attempts }) => attempts.length === 1);
		await again(pending.id);
		await bench.advance(60);
		await bench.attempts(3);
		await bench.advance(300);
		const done = await bench.delivery(({ state }) => state === 'delivered');
		expect(done.attempts.map(({ kind }) => kind)).toEqual([
			...['scheduled', 'manual'],
			...['scheduled', 'scheduled'],
		]);
	});

	test('responds to an unknown delivery with 404 and a message', async () => {
		const { status, data } = await bench.control('post', '/api/deliveries/dlv_0/redeliver');
		expect(status).toBe(404);
		expect(data).toEqual({ error: 'There is no delivery "dlv_0".' });
	});
});

describe('faults of deliveries', () => {
	const fault = async (rule: object) =>
		await bench.control('post', '/api/faults', { service: 'fileCourier', ...rule });

	test('badSignature: has the right format but is wrong; the next one is correct', async () => {
		await fault({ fault: { type: 'badSignature' }, times: 1 });
		receiver.responses = [{ status: 401 }];
		await uploaded();
		expect((await bench.attempts(1))[0].faults).toEqual(['badSignature']);
		await bench.advance(60);
		await bench.attempts(2);
		const [bad, good] = receiver.requests.map(({ headers }) =>
			String(headers['x-filecourier-signature']),
		);
		expect(bad).toMatch(/^[0-9a-f]{64}$/);
		expect(bad).not.toBe(good);
		expect(good).toBe(signatureOf(receiver.requests[1].body, bench.credentials.webhookSecret));
	});

	test('duplicateDelivery: sends the same delivery several times', async () => {
		await fault({ fault: { type: 'duplicateDelivery', copies: 5 } });
		await uploaded();
		await bench.attempts(1);
		expect(receiver.requests).toHaveLength(5);
		expect(new Set(receiver.requests.map(({ body }) => body)).size).toBe(1);
	});

	test('delay: sends the webhook later', async () => {
		await fault({ on: 'delivery', path: '/hook', fault: { type: 'delay', milliseconds: 300 } });
		await uploaded();
		const [made] = await bench.attempts(1);
		expect(made.durationMs).toBeGreaterThanOrEqual(290);
	});
});
