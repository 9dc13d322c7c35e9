import { fileCourier } from '../../../nodes/FileCourier/service';
import { errorOf, outputOf, runNode } from '../../support/engine';
import { everythingIn, expectWrongSecret, describeWebPages } from '../../support/errors';
import { createSession, fileCourierNode } from '../../support/fileCourier';
import { useSandbox } from '../../support/useSandbox';
import { waits } from '../../support/waits';

const sandbox = useSandbox();
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
	it('that are wrong: names the fields to check, sends one request and hides the secret', async () => {
		const run = await get({ clientSecret: 'fcs_wrong-secret' });
		const message = 'FileCourier responded with 401: Invalid API key';
		await expectWrongSecret(run, 'fcs_wrong-secret', { sandbox, message });
		expect(errorOf(run).description).toContain('Check the Client ID and Client Secret');
	});

	it.each(['', 'api.filecourier.io', 'ftp://api.filecourier.io'])(
		'with the Base URL %j: explains the valid format',
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
	it('because nothing listens on the port: reports it after a few attempts', async () => {
		const error = errorOf(await get({ baseUrl: 'http://127.0.0.1:9' }));
		expect(error.message).toBe('FileCourier could not be reached at http://127.0.0.1:9');
		expect(error.description).toContain(
			'Nothing is listening at that address and port (ECONNREFUSED)',
		);
		expect(error.failure).toEqual({ cause: 'temporarily-unavailable' });
		expectNoSecretIn(error);
	});

	it('because the host does not exist: reports it immediately', async () => {
		const started = Date.now();
		const error = errorOf(await get({ baseUrl: 'http://no-such-host.invalid' }));
		expect(error.message).toBe('FileCourier could not be reached at http://no-such-host.invalid');
		expect(error.description).toMatch(
			/The host name could not be found|DNS server did not respond/,
		);
		expect(Date.now() - started).toBeLessThan(20_000);
	});

	it('because it resets every connection: sends a GET request four times, a create request once', async () => {
		await fault({ type: 'reset' });
		expect(errorOf(await get()).description).toContain('ECONNRESET');
		expect(await sandbox.statuses()).toHaveLength(4);
		await sandbox.control.delete('/requests');
		expect(errorOf(await createSession(sandbox)).description).toContain('ECONNRESET');
		expect(await sandbox.statuses()).toHaveLength(1);
	});
});

describe('a service that fails', () => {
	it.each([502, 503, 504])('with a single %i: is called again', async (status) => {
		await fault({ type: 'status', status }, { times: 1 });
		expect(errorOf(await get()).httpCode).toBe('404'); // the second response: the session is unknown
		expect(await sandbox.statuses()).toEqual([status, 404]);
	});

	it('with 503 to a create request: is not called again, because it may have created the session', async () => {
		await fault({ type: 'status', status: 503 }, { times: 1 });
		expect(errorOf(await createSession(sandbox)).httpCode).toBe('503');
		expect(await sandbox.statuses()).toEqual([503]);
	});

	it('with a short Retry-After: is called again after that time, also with a create request', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '1' } }, { times: 1 });
		expect(outputOf(await createSession(sandbox))).toHaveLength(1);
		expect(waits).toEqual([1000]);
		expect(await sandbox.statuses()).toEqual([429, 201]);
	});

	it('with a long Retry-After: is not called again, and the error says when to retry', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '3600' } });
		const error = errorOf(await get());
		expect(error.message).toMatch(/^FileCourier responded with 429/);
		expect(error.description).toMatch(/wait until \d{4}-\d\d-\d\dT/);
		expect(error.failure).toEqual({ cause: 'rate-limited', retryAfterMs: 3_600_000 });
		expect(await sandbox.statuses()).toEqual([429]);
	});

	describeWebPages('with a web page and status %i: is reported as another server', failing);

	it('with truncated responses: is called four times, then reported as unreachable', async () => {
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
