import { filestack as service } from '../../../nodes/Filestack/service';
import { itemWith } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { everythingIn, expectWrongSecret, describeWebPages } from '../../support/errors';
import {
	credentialsOf,
	filestack,
	newHandle,
	storeFile,
	TEXT,
	useFilestackServer,
} from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';
import { waits } from '../../support/waits';

const sandbox = useSandbox();
let handle: string;
let secrets: string[];
const recorder = useFilestackServer();

beforeAll(async () => {
	handle = await newHandle(sandbox, TEXT);
	const { appSecret, webhookSecret } = credentialsOf(sandbox);
	secrets = [appSecret, webhookSecret];
});

const get = async (credentials = {}) =>
	await filestack({ ...credentialsOf(sandbox), ...credentials }, 'file', 'getMetadata', {
		file: handle,
		fields: [],
	});
const fault = (kind: object, more: object = {}) =>
	sandbox.fault({ service: 'filestack', origin: 'api', ...more, fault: kind });

describe('credentials', () => {
	it('with a wrong app secret: names the fields to check, sends one request and hides the secret', async () => {
		const run = await get({ appSecret: 'a-wrong-secret' });
		const message = /^Filestack responded with 401: /;
		await expectWrongSecret(run, 'a-wrong-secret', { sandbox, message });
		expect(errorOf(run).description).toContain('Check the API Key and App Secret');
		expectNoSecretIn(errorOf(run));
	});

	it.each(['200', '401'])(
		'with a wrong API key, rejected with %s: names the field to check',
		async (way) => {
			await sandbox.control.patch('/services/filestack/settings', { unknownKey: way });
			const run = await filestack(
				{ ...credentialsOf(sandbox), apiKey: 'wrong' },
				'file',
				'store',
				{},
				{ input: [await itemWith({ data: TEXT })] },
			);
			await sandbox.control.patch('/services/filestack/settings', { unknownKey: '200' });
			const error = errorOf(run);
			expect(error.message).toBe(`Filestack responded with ${way}: Invalid Application`);
			expect(error.description).toContain('Check the API Key');
		},
	);

	it.each([
		['baseUrl', 'Base URL', 'getMetadata', {}],
		['cdnBaseUrl', 'CDN Base URL', 'download', {}],
		['uploadBaseUrl', 'Upload Base URL', 'store', { options: { workflowIds: 'w' } }],
		[
			'processBaseUrl',
			'Process Base URL',
			'store',
			{ source: 'url', url: 'https://example.com', options: { workflowIds: 'w' } },
		],
	])('with a wrong %s: names the field', async (field, label, operation, parameters) => {
		const run = await filestack(
			{ ...recorder.credentials(), [field]: 'example.com' },
			'file',
			operation,
			{ file: 'HANDLE', fields: [], ...parameters },
			{ input: [await itemWith({ data: TEXT })] },
		);
		expect(errorOf(run).message).toContain(
			`The ${label} in the Filestack credential must start with https://`,
		);
	});
});

describe('a service that cannot be reached', () => {
	it('because nothing listens on the port: is reported', async () => {
		const error = errorOf(await get({ baseUrl: 'http://127.0.0.1:9' }));
		expect(error.message).toBe('Filestack could not be reached at http://127.0.0.1:9');
		expectNoSecretIn(error);
	});

	it('because it resets every connection: is called four times', async () => {
		await fault({ type: 'reset' });
		const error = errorOf(await get());
		expect(error.description).toContain('ECONNRESET');
		expect(await sandbox.statuses()).toHaveLength(4);
		expectNoSecretIn(error);
	});
});

describe('a service that fails', () => {
	it.each([502, 503, 504])('with a single %i: is called again', async (status) => {
		await fault({ type: 'status', status }, { times: 1 });
		expect(outputOf(await get())).toHaveLength(1);
		expect(await sandbox.statuses()).toEqual([status, 200]);
	});

	it('with 503 to a store call: is not called again, because it may have stored the file', async () => {
		await fault({ type: 'status', status: 503 }, { times: 1 });
		const error = errorOf(await storeFile(sandbox, TEXT));
		expect(error.httpCode).toBe('503');
		expect(await sandbox.statuses()).toEqual([503]);
	});

	it('with a reached rate limit: is called again at the time in Filestack-Reset', async () => {
		const reset = () => ({ 'filestack-reset': String(Math.ceil(Date.now() / 1000) + 2) });
		recorder.respond(() =>
			recorder.requests.length === 1
				? { status: 429, headers: reset(), body: { error: 'Rate limit exceeded' } }
				: { body: { size: 1 } },
		);
		expect(outputOf(await recorder.run('getMetadata'))[0].json.size).toBe(1);
		expect(waits).toHaveLength(1);
		expect(waits[0]).toBeGreaterThanOrEqual(1000);
	});

	it('with a rate limit reached for a long time: is not called again, and the error says when to retry', async () => {
		const headers = { 'filestack-reset': String(Math.ceil(Date.now() / 1000) + 3600) };
		recorder.respond({ status: 429, headers, body: { error: 'Rate limit exceeded' } });
		const error = errorOf(await recorder.run('getMetadata'));
		expect(error.message).toBe('Filestack responded with 429: Rate limit exceeded');
		expect(error.description).toMatch(/wait until \d{4}-\d\d-\d\dT/);
		expect(error.failure?.cause).toBe('rate-limited');
		expect(recorder.requests).toHaveLength(1);
	});

	it('with rate limit headers in every response: is not waited for while requests remain', async () => {
		const headers = {
			'filestack-reset': String(Math.ceil(Date.now() / 1000) + 50),
			'filestack-remaining': '99',
		};
		recorder.respond({ status: 404, headers, body: { error: 'x' } });
		expect(errorOf(await recorder.run('getMetadata')).description).not.toContain('wait until');
	});

	it.each([
		[{ result: 'error', error: { code: 403, msg: 'Policy required' } }, 200, 'Policy required'],
		[{ result: 'error', error: { code: 400, msg: 'Bad' } }, 400, 'Bad'],
		[{ error: 'Invalid App policy', c: 'uuid', i: 'UPL', t: 1 }, 403, 'Invalid App policy'],
		[{ error: 'Invalid Policy' }, 401, 'Invalid Policy'],
		['policy error: proper credentials were not provided', 403, 'policy error: proper'],
		['storage provider error: Invalid Application (idx 0)', 200, 'storage provider error'],
	])(
		'with the error body %j and status %i: is reported with its message',
		async (body, status, words) => {
			recorder.respond({ status, body });
			expect(errorOf(await recorder.run('getMetadata')).message).toContain(
				`Filestack responded with ${status}: ${words}`,
			);
		},
	);

	it.each([400, 401, 403, 404, 413, 429])('with %i: is reported with advice', async (status) => {
		const headers = { 'retry-after': '3600' };
		recorder.respond({ status, headers, body: { error: 'x' } });
		expect(String(errorOf(await recorder.run('getMetadata')).description).length).toBeGreaterThan(
			40,
		);
	});

	describeWebPages('with a web page and status %i: is reported as another server', {
		sandbox,
		service,
		get,
		fault,
	});

	it.each([
		['', 'Filestack responded without any metadata of the file'],
		['{"size":', 'does not look like Filestack: it returned something other than JSON (200)'],
		['ok', 'does not look like Filestack: it returned something other than JSON (200)'],
	])('with the response %j: is reported as another server', async (body, message) => {
		recorder.respond({ body });
		expect(errorOf(await recorder.run('getMetadata')).message).toContain(message);
	});

	it('with the policy and signature in its message: is reported without them', async () => {
		const body = `bad (signature: "${'0a'.repeat(32)}"; policy "eyJjYWxsIjpbInJlYWQiXX0=")`;
		recorder.respond({ status: 403, body: { error: body } });
		const error = errorOf(await recorder.run('getMetadata'));
		expect(error.message).toBe('Filestack responded with 403: bad (signature: "…"; policy "…")');
	});

	it('with a redirect: is not followed with the credentials', async () => {
		const headers = { location: 'http://127.0.0.1:9/' };
		recorder.respond({ status: 302, headers, body: '' });
		expect(errorOf(await recorder.run('getMetadata')).message).toContain(
			'it returned a redirect (302)',
		);
	});
});

describe('a file that is too large for one request', () => {
	it.each([
		['store', {}, 'Lower “Split Files Larger Than (MiB)” under Options'],
		['store', { options: { base64Decode: true } }, 'use Store without Base64 Decode'],
		['overwrite', {}, 'use Store without Base64 Decode'],
	])('in %s %j: names what the operation has', async (operation, parameters, advice) => {
		recorder.respond({ status: 413, body: { error: 'too large' } });
		const error = errorOf(await recorder.run(operation, parameters));
		expect(error.message).toBe('Filestack responded with 413: too large');
		expect(error.description).toContain(advice);
	});
});

describe.each([
	['getMetadata', {}],
	['getHashes', { hashes: ['md5'] }],
	['getStorage', {}],
	['overwrite', {}],
	['delete', {}],
	['store', {}],
	['store', { options: { workflowIds: 'w' } }],
	['store', { source: 'url', url: 'https://example.com/x' }],
	['download', {}],
])('an error of %s %j', (operation, parameters) => {
	it('contains no secret and no signature', async () => {
		recorder.respond({ status: 403, body: { error: 'no' } });
		const error = errorOf(await recorder.run(operation, parameters));
		expect(error.message).toContain('403');
		expectNoSecretIn(error);
	});
});

function expectNoSecretIn(error: unknown): void {
	const all = everythingIn(error);
	for (const secret of [...secrets, 'the-app-secret']) expect(all).not.toContain(secret);
	expect(all).not.toMatch(/eyJ[\w+/=-]{8,}/);
	expect(all).not.toMatch(/\b[0-9a-f]{64}\b/);
}
