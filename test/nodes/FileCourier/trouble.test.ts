import { errorOf, outputOf, runNode } from '../../support/engine';
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

const calls = async () => (await sandbox.requests()).map(({ status }) => status);

describe('credentials', () => {
	it('that are wrong: says where to look, calls once, and keeps the secret to itself', async () => {
		const error = errorOf(await get({ clientSecret: 'fcs_wrong-secret' }));
		expect(error.message).toBe('FileCourier answered 401: Invalid API key');
		expect(error.description).toContain('Check the Client ID and the Client Secret');
		expect(error.failure).toEqual({ cause: 'credential-invalid' });
		expect(await calls()).toEqual([401]);
		expect(everythingIn(error)).not.toContain('fcs_wrong-secret');
	});

	it.each(['', 'api.filecourier.io', 'ftp://api.filecourier.io'])(
		'with the Base URL %j: says what it has to look like',
		async (baseUrl) => {
			const error = errorOf(await get({ baseUrl }));
			expect(error.message).toBe('The Base URL in the FileCourier credential is not a web address');
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
		expect(await calls()).toHaveLength(4);
		await sandbox.control.delete('/requests');
		expect(errorOf(await createSession(sandbox)).description).toContain('ECONNRESET');
		expect(await calls()).toHaveLength(1);
	});
});

describe('a service in trouble', () => {
	it.each([502, 503, 504])('answering %i once: is asked again', async (status) => {
		await fault({ type: 'status', status }, { times: 1 });
		expect(errorOf(await get()).httpCode).toBe('404'); // the session is unknown: the second answer
		expect(await calls()).toEqual([status, 404]);
	});

	it('answering 503 to a creating call: is not asked again, because it may have acted', async () => {
		await fault({ type: 'status', status: 503 }, { times: 1 });
		expect(errorOf(await createSession(sandbox)).httpCode).toBe('503');
		expect(await calls()).toEqual([503]);
	});

	it('asking for a short pause: gets it, also for a creating call', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '1' } }, { times: 1 });
		const started = Date.now();
		expect(outputOf(await createSession(sandbox))).toHaveLength(1);
		expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
		expect(await calls()).toEqual([429, 201]);
	});

	it('asking for a long pause: the error says when to come back', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '3600' } });
		const error = errorOf(await get());
		expect(error.message).toMatch(/^FileCourier answered 429/);
		expect(error.description).toMatch(/come back at \d{4}-\d\d-\d\dT/);
		expect(error.failure).toEqual({ cause: 'rate-limited', retryAfterMs: 3_600_000 });
		expect(await calls()).toEqual([429]);
	});

	it.each([200, 404, 502])(
		'sending a web page with %i: says that this is not FileCourier',
		async (status) => {
			await fault({ type: 'html', status });
			const error = errorOf(await get());
			expect(error.message).toMatch(
				new RegExp(
					`^http://127\\.0\\.0\\.1:\\d+ does not answer like FileCourier: it sent (a web page|no JSON) \\(${status}\\)$`,
				),
			);
			expect(error.description).toContain('Base URL');
		},
	);

	it('cutting its answer off: is asked again, and then says that the connection broke', async () => {
		await fault({ type: 'truncate' });
		const error = errorOf(await get());
		expect(error.message).toContain('could not be reached');
		expect(await calls()).toHaveLength(4);
		expectNoSecretIn(error);
	});
});

function everythingIn(error: unknown): string {
	const seen = new Set<unknown>();
	const collect = (value: unknown): string => {
		if (typeof value !== 'object' || value === null) return String(value);
		if (seen.has(value)) return '';
		seen.add(value);
		return Reflect.ownKeys(value)
			.map((key) => collect((value as Record<PropertyKey, unknown>)[key]))
			.join('\n');
	};
	return collect(error);
}

/** Also not in what n8n keeps beside the message: cause, context, response. */
function expectNoSecretIn(error: unknown): void {
	const text = everythingIn(error);
	for (const secret of secrets) expect(text).not.toContain(secret);
}
