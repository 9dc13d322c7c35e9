import { FilesApp } from '../../../nodes/FilesApp/FilesApp.node';
import { filesApp } from '../../../nodes/FilesApp/service';
import { credentialTestOf } from '../../support/credentialTest';
import { errorOf, runNode } from '../../support/engine';
import { filesAppNode } from '../../support/filesApp';
import { Host } from '../../support/host';
import { byId } from '../../support/locators';
import { ownSandbox } from '../../support/ownSandbox';

const sandbox = ownSandbox();

const get = async (credentials: object = {}) =>
	await runNode(
		filesAppNode(
			sandbox,
			{ resource: 'file', operation: 'get', fileId: byId('file_x') },
			{ credentials: credentials as never },
		),
	);
const fault = async (kind: object, more: object = {}) =>
	await sandbox.fault({ service: 'filesApp', ...more, fault: kind });
const calls = async () => (await sandbox.requests()).map(({ status }) => status);

describe('errors', () => {
	it.each([
		[400, 'bad_request', 'Correct the field'],
		[401, 'unauthorized', 'Settings → API Keys'],
		[403, 'forbidden', 'may not do this'],
		[404, 'not_found', 'Get Many'],
		[413, 'file_too_large', 'Send in Parts From'],
		[500, 'internal_error', 'Try again later'],
	])('%i says what happened and what to do', async (status, code, advice) => {
		await fault({ type: 'status', status });
		const error = errorOf(await get());
		expect(error.message).toMatch(new RegExp(`^Files App answered ${status}: .+ \\(${code}\\)$`));
		expect(error.description).toContain(advice);
		expect(await calls()).toEqual([status]);
	});

	it('a wrong key is named, once, and kept secret', async () => {
		const error = errorOf(await get({ apiKey: 'sk_live_wrong' }));
		expect(error.message).toBe(
			'Files App answered 401: The API key provided is invalid or has been revoked. (invalid_api_key)',
		);
		expect(error.failure).toEqual({ cause: 'credential-invalid' });
		expect(JSON.stringify(error)).not.toContain('sk_live_wrong');
		expect(await calls()).toEqual([401]);
	});

	it('a full hour: says when the limit ends, from X-RateLimit-Reset', async () => {
		await sandbox.control.patch('/services/filesApp/settings', { requestsPerHour: 1 });
		await get();
		const error = errorOf(await get());
		await sandbox.control.patch('/services/filesApp/settings', { requestsPerHour: 0 });
		expect(error.message).toMatch(/^Files App answered 429: Too many requests/);
		expect(error.description).toMatch(/come back at \d{4}-\d\d-\d\dT/);
		expect(error.failure).toMatchObject({ cause: 'rate-limited' });
	});

	it('a short limit is waited for', async () => {
		await fault({ type: 'status', status: 429 }, { times: 1 });
		expect(errorOf(await get()).httpCode).toBe('404');
		expect(await calls()).toEqual([429, 404]);
	});

	it('a 503 is asked again, although every answer tells when the limit ends', async () => {
		const host = new Host();
		const reset = { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '4102444800' };
		await host.start({}, { status: 503, headers: reset, body: '{}' });
		const error = errorOf(await get({ baseUrl: host.url }));
		await host.stop();
		expect(host.seen).toHaveLength(4);
		expect(error.description).not.toContain('come back');
	});

	it.each([
		[{ error: { code: 'c', message: 'm' } }, 'm (c)'],
		[{ error: { message: 'm' } }, 'm'],
		[{ error: 'text' }, 'text'],
		[{ message: 'm' }, 'm'],
		['<html>', '<html>'],
		[{}, undefined],
		[null, undefined],
	])('the words of %j are %j', (body, said) => {
		expect(filesApp.errorMessage(body)).toBe(said);
	});

	it.each([200, 404, 502])('a web page with %i is not Files App', async (status) => {
		await fault({ type: 'html', status });
		expect(errorOf(await get()).message).toContain('does not answer like Files App');
	});
});

describe('the credential test', () => {
	const test = async (data: object = {}) =>
		await credentialTestOf(new FilesApp().methods.credentialTest.filesAppApiTest, 'filesAppApi', {
			...sandbox.info.services.filesApp.credentials,
			...data,
		});

	it('passes with a good key', async () => {
		expect(await test()).toEqual({ status: 'OK', message: 'Connection successful' });
		expect((await sandbox.requests()).map(({ path }) => path)).toEqual(['/api/v2/files']);
	});

	it.each([
		[{ apiKey: 'sk_live_x' }, 'Files App refuses the API Key: The API key provided is invalid'],
		[{ baseUrl: 'nonsense' }, 'The Base URL is not a web address'],
		[{ baseUrl: 'http://127.0.0.1:9' }, 'cannot be reached (ECONNREFUSED)'],
	])('%j fails', async (data, text) => {
		const { status, message } = await test(data);
		expect(status).toBe('Error');
		expect(message).toContain(text);
	});

	it('another path of the same server fails', async () => {
		const { origin } = new URL(sandbox.info.services.filesApp.credentials.baseUrl);
		expect(await test({ baseUrl: origin })).toMatchObject({ status: 'Error' });
	});

	it.each([403, 429, 500])(
		'a service that answers %i is no proof of a good key',
		async (status) => {
			await fault({ type: 'status', status });
			expect(await test()).toMatchObject({ status: 'Error' });
		},
	);
});
