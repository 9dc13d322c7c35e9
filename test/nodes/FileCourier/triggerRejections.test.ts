import { TestCredentials } from '../../support/credentials';
import { useTrigger, VECTOR } from '../../support/fileCourierTrigger';
import { hmacSha256 } from '../../support/sign';

const trigger = useTrigger();

describe('rejects a delivery that is', () => {
	const sixteenMegabytes = JSON.stringify({
		event: 'files.delivered',
		pad: 'x'.repeat(16 * 1024 * 1024),
	});
	it.each<[string, string | Buffer, Record<string, string>, number]>([
		['unsigned', VECTOR.body, {}, 401],
		['sent with an empty signature', VECTOR.body, { 'X-FileCourier-Signature': '' }, 401],
		[
			'sent with a forged signature',
			VECTOR.body,
			{ 'X-FileCourier-Signature': 'a'.repeat(64) },
			401,
		],
		[
			'signed with a secret that is no longer valid',
			VECTOR.body,
			{ 'X-FileCourier-Signature': hmacSha256(VECTOR.body, 'fcwh_old') },
			401,
		],
		[
			'changed after it was signed',
			VECTOR.body.replace('CUST-12345', 'CUST-54321'),
			{ 'X-FileCourier-Signature': VECTOR.signature },
			401,
		],
		['truncated', VECTOR.body.slice(0, -10), { 'X-FileCourier-Signature': VECTOR.signature }, 422],
		[
			'truncated and sent as plain text',
			VECTOR.body.slice(0, -10),
			{ 'X-FileCourier-Signature': VECTOR.signature, 'content-type': 'text/plain' },
			401,
		],
		['empty', '', { 'X-FileCourier-Signature': VECTOR.signature }, 401],
		[
			'signed but not JSON',
			'hello',
			{
				'X-FileCourier-Signature': hmacSha256('hello', VECTOR.secret),
				'content-type': 'text/plain',
			},
			400,
		],
		[
			'signed but not a JSON object',
			'[1]',
			{ 'X-FileCourier-Signature': hmacSha256('[1]', VECTOR.secret) },
			400,
		],
		[
			'signed but without data',
			'{"event":"files.delivered"}',
			{ 'X-FileCourier-Signature': hmacSha256('{"event":"files.delivered"}', VECTOR.secret) },
			400,
		],
		[
			'a multipart form',
			'x',
			{
				'X-FileCourier-Signature': hmacSha256('x', VECTOR.secret),
				'content-type': 'multipart/form-data; boundary=b',
			},
			400,
		],
		['over 16 MB', sixteenMegabytes, { 'X-FileCourier-Signature': VECTOR.signature }, 413],
		[
			'nested 100,000 levels deep',
			`${'['.repeat(1e5)}${']'.repeat(1e5)}`,
			{ 'X-FileCourier-Signature': VECTOR.signature },
			401,
		],
	])('%s', async (_, body, headers, status) => {
		await trigger.activate();
		expect((await trigger.post(body, headers)).status).toBe(status);
		expect(trigger.server.runs).toEqual([]);
	});
});

describe('rejects a delivery', () => {
	it('if the credential has no secret, and gives that as the reason', async () => {
		await trigger.activate({}, { webhookSecret: ' ' });
		const { status, data } = await trigger.post(VECTOR.body, {
			'X-FileCourier-Signature': hmacSha256(VECTOR.body, ''),
		});
		expect(status).toBe(401);
		expect(data.error).toContain('has no Webhook Secret');
		expect(trigger.server.runs).toEqual([]);
	});

	it('without revealing the secret or the key', async () => {
		await trigger.activate({}, { callbackApiKey: 'the-key' });
		const responses = [
			await trigger.post(VECTOR.body),
			await trigger.deliver(VECTOR.body),
			await trigger.deliver('{}'),
		];
		expect(responses.map(({ data }) => data)).toEqual([
			{ error: 'The signature does not match' },
			{ error: 'The callback API key does not match' },
			{ error: 'The callback API key does not match' },
		]);
	});

	it.each([
		['without a signature', {}],
		['with a malformed signature', { 'X-FileCourier-Signature': 'x'.repeat(64) }],
		[
			'with two signatures',
			{ 'X-FileCourier-Signature': `${VECTOR.signature}, ${VECTOR.signature}` },
		],
	])('%s, before it reads the credential', async (_, headers) => {
		await trigger.activate();
		const reading = jest.spyOn(TestCredentials.prototype, 'getDecrypted');
		expect((await trigger.post(VECTOR.body, headers)).status).toBe(401);
		expect(reading).not.toHaveBeenCalled();
		reading.mockRestore();
	});

	it('of 1 MiB or more that is signed in another JSON format than it was sent in', async () => {
		const body = (length: number) =>
			JSON.stringify({ ...(JSON.parse(VECTOR.body) as object), pad: 'x'.repeat(length) });
		const spaced = (text: string) => text.replace('{', '{ ');
		await trigger.activate({ options: { repeatWindow: 0 } });
		const statusOf = async (sent: string, signed: string) =>
			(await trigger.post(sent, { 'X-FileCourier-Signature': hmacSha256(signed, VECTOR.secret) }))
				.status;
		const [small, large] = [body(1_000_000), body(1_048_576)];
		expect(await statusOf(spaced(small), small)).toBe(200);
		expect(await statusOf(spaced(large), large)).toBe(401);
		expect(await statusOf(spaced(large), spaced(large))).toBe(200);
	});
});

describe('the callback API key of a delivery', () => {
	it.each([
		['a key with a comma and spaces', 'my own, secret key', 'my own, secret key', 200],
		['a part of it', 'my own, secret key', 'secret', 401],
		['another part of it', 'my own, secret key', 'my own', 401],
		['the newer key of a rotation', 'new, key\nold key', 'new, key', 200],
		['the older key of a rotation', 'new, key\nold key', 'old key', 200],
		['both keys of a rotation', 'new, key\nold key', 'new, key old key', 401],
		['a key that begins like a scheme', 'Bearer of news', 'Bearer of news', 200],
	])('%s (credential: %j, sent: %j) gets %i', async (_, callbackApiKey, authorization, status) => {
		for (const prefix of ['', 'Bearer ']) {
			await trigger.activate({}, { callbackApiKey });
			const response = await trigger.deliver(VECTOR.body, {
				authorization: prefix + authorization,
			});
			await trigger.stopServer();
			expect(response.status).toBe(status);
		}
		await trigger.activate();
	});

	it.each([
		['the bare key', 'the-key', 200],
		['the key as a bearer', 'Bearer the-key', 200],
		['another key', 'Bearer another', 401],
		['no key', undefined, 401],
	])('%s, sent as %j, gets %i', async (_, authorization, status) => {
		await trigger.activate({}, { callbackApiKey: 'the-key' });
		const response = await trigger.deliver(VECTOR.body, authorization ? { authorization } : {});
		expect(response.status).toBe(status);
	});
});
