import { fileCourier } from '../../../nodes/FileCourier/service';
import { errorOf, outputOf, runNode } from '../../support/engine';
import { everythingIn, expectWrongSecret, testWebPages } from '../../support/errors';
import { createSession, fileCourierNode } from '../../support/fileCourier';
import { ownSandbox } from '../../support/ownSandbox';

const sandbox = ownSandbox();
let secrets: string[];

beforeAll(async () => {
	const { clientId, clientSecret, webhookSecret } = sandbox.info.services.fileCourier.credentials;
	const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
	secrets = [clientSecret, webhookSecret, basic];
});

const get = (credentials: object = {}) =>
	runNode(
		fileCourierNode(
			sandbox,
			{ resource: 'session', operation: 'get', sessionId: 'req_unknown' },
			{ credentials: credentials as never },
		),
	);

const fault = (kind: object, more: object = {}) =>
	sandbox.fault({ service: 'fileCourier', origin: 'api', ...more, fault: kind });
const failing = { sandbox, service: fileCourier, get, fault };

describe('credentials', () => {
	it('that are wrong: says where to look, calls once, and keeps the secret to itself', async () => {
		const run = await get({ clientSecret: 'fcs_wrong-secret' });
		const message = 'FileCourier answered 401: Invalid API key';
		await expectWrongSecret(run, 'fcs_wrong-secret', { sandbox, message });
		expect(errorOf(run).description).toContain('Check the Client ID and the Client Secret');
	});

	it.each(['', 'api.filecourier.io', 'ftp://api.filecourier.io'])(
		'with the Base URL %j: says what it has to look like',
		async (baseUrl) => {
			const error = errorOf(await get({ baseUrl }));
			expect(error.message).toMatch(
				/^The Base URL in the FileCourier credential (is empty|must start with https:\/\/)/,
			);
		},
	);

	it('with a slash at the end of the Base URL work', async () => {
		const { baseUrl } = sandbox.info.services.fileCourier.credentials;
		expect(errorOf(await get({ baseUrl: `${baseUrl}//` })).httpCode).toBe('404');
		expect((await sandbox.requests())[0].path).toBe('/api/ext/sessions/req_unknown');
	});
});

describe('a service that cannot be reached', () => {
	it('because nothing listens there: says so after a few tries', async () => {
		const error = errorOf(await get({ baseUrl: 'http://127.0.0.1:9' }));
		expect(error.message).toBe('FileCourier could not be reached at http://127.0.0.1:9');
		expect(error.description).toContain('Nothing answers at that address and port (ECONNREFUSED)');
		expect(error.failure).toEqual({ cause: 'temporarily-unavailable' });
		expectNoSecretIn(error);
	});

	it('because there is no such host: says so at once', async () => {
		const started = Date.now();
		const error = errorOf(await get({ baseUrl: 'http://no-such-host.invalid' }));
		expect(error.message).toBe('FileCourier could not be reached at http://no-such-host.invalid');
		expect(error.description).toMatch(/There is no host of that name|name server did not answer/);
		expect(Date.now() - started).toBeLessThan(20_000);
	});

	it('because it resets every connection: tries a reading call four times, a creating one once', async () => {
		await fault({ type: 'reset' });
		expect(errorOf(await get()).description).toContain('ECONNRESET');
		expect(await sandbox.statuses()).toHaveLength(4);
		await sandbox.control.delete('/requests');
		expect(errorOf(await createSession(sandbox)).description).toContain('ECONNRESET');
		expect(await sandbox.statuses()).toHaveLength(1);
	});
});

describe('a service in trouble', () => {
	it.each([502, 503, 504])('answering %i once: is asked again', async (status) => {
		await fault({ type: 'status', status }, { times: 1 });
		expect(errorOf(await get()).httpCode).toBe('404'); // the session is unknown: the second answer
		expect(await sandbox.statuses()).toEqual([status, 404]);
	});

	it('answering 503 to a creating call: is not asked again, because it may have acted', async () => {
		await fault({ type: 'status', status: 503 }, { times: 1 });
		expect(errorOf(await createSession(sandbox)).httpCode).toBe('503');
		expect(await sandbox.statuses()).toEqual([503]);
	});

	it('asking for a short pause: gets it, also for a creating call', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '1' } }, { times: 1 });
		const started = Date.now();
		expect(outputOf(await createSession(sandbox))).toHaveLength(1);
		expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
		expect(await sandbox.statuses()).toEqual([429, 201]);
	});

	it('asking for a long pause: the error says when to come back', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '3600' } });
		const error = errorOf(await get());
		expect(error.message).toMatch(/^FileCourier answered 429/);
		expect(error.description).toMatch(/come back at \d{4}-\d\d-\d\dT/);
		expect(error.failure).toEqual({ cause: 'rate-limited', retryAfterMs: 3_600_000 });
		expect(await sandbox.statuses()).toEqual([429]);
	});

	testWebPages('sending a web page with %i: says that this is not FileCourier', failing);

	it('cutting its answer off: is asked again, and then says that the connection broke', async () => {
		await fault({ type: 'truncate' });
		const error = errorOf(await get());
		expect(error.message).toContain('could not be reached');
		expect(await sandbox.statuses()).toHaveLength(4);
		expectNoSecretIn(error);
	});
});

function expectNoSecretIn(error: unknown): void {
	const text = everythingIn(error);
	for (const secret of secrets) expect(text).not.toContain(secret);
}
