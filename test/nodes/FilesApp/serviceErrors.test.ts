import { FilesApp } from '../../../nodes/FilesApp/FilesApp.node';
import { filesApp } from '../../../nodes/FilesApp/service';
import { credentialTestOf, testApiKey } from '../../support/credentialTest';
import { errorOf, runNode } from '../../support/engine';
import {
	expectWrongSecret,
	describeErrorStatuses,
	describeWebPages,
	describeErrorMessages,
} from '../../support/errors';
import { filesAppNode } from '../../support/filesApp';
import { TestServer } from '../../support/testServer';
import { byId } from '../../support/locators';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();

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
const failing = { sandbox, service: filesApp, get, fault };

describe('errors', () => {
	describeErrorStatuses(
		[
			[400, /. \(bad_request\)$/, 'Correct the field'],
			[401, /. \(unauthorized\)$/, 'Settings → API Keys'],
			[403, /. \(forbidden\)$/, 'does not have permission'],
			[404, /. \(not_found\)$/, 'Get Many'],
			[413, /. \(file_too_large\)$/, 'too large for your plan'],
			[500, /. \(internal_error\)$/, 'Try again later'],
		],
		failing,
	);

	it('reports a wrong key after one request, without exposing it', async () => {
		const message =
			'Files App responded with 401: The API key provided is invalid or has been revoked. (invalid_api_key)';
		const run = await get({ apiKey: 'sk_live_wrong' });
		await expectWrongSecret(run, 'sk_live_wrong', { sandbox, message });
	});

	it('reports when the hourly limit ends, from X-RateLimit-Reset', async () => {
		await sandbox.control.patch('/services/filesApp/settings', { requestsPerHour: 1 });
		await get();
		const error = errorOf(await get());
		await sandbox.control.patch('/services/filesApp/settings', { requestsPerHour: 0 });
		expect(error.message).toMatch(/^Files App responded with 429: Too many requests/);
		expect(error.description).toMatch(/wait until \d{4}-\d\d-\d\dT/);
		expect(error.failure).toMatchObject({ cause: 'rate-limited' });
	});

	it('waits for a short limit', async () => {
		await fault({ type: 'status', status: 429 }, { times: 1 });
		expect(errorOf(await get()).httpCode).toBe('404');
		expect(await sandbox.statuses()).toEqual([429, 404]);
	});

	it('retries after a 503, although every response contains the end of the limit', async () => {
		const host = new TestServer();
		const reset = { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '4102444800' };
		await host.respond({ status: 503, headers: reset, body: '{}' }).start();
		const error = errorOf(await get({ baseUrl: host.url }));
		await host.stop();
		expect(host.requests).toHaveLength(4);
		expect(error.description).not.toContain('wait until');
	});

	describeErrorMessages(filesApp, [
		[{ error: { code: 'c', message: 'm' } }, 'm (c)'],
		['<html>', '<html>'],
	]);
	describeWebPages('a web page with %i is not Files App', failing);
});

describe('the credential test', () => {
	const test = async (data: object = {}) =>
		await credentialTestOf(new FilesApp().methods.credentialTest.filesAppApiTest, 'filesAppApi', {
			...sandbox.info.services.filesApp.credentials,
			...data,
		});

	testApiKey(
		{
			test,
			paths: ['/api/v2/files'],
			wrongKey: 'sk_live_x',
			refusal: 'Files App rejected the API Key: The API key provided is invalid',
		},
		failing,
	);

	it('fails for another path of the same server', async () => {
		const { origin } = new URL(sandbox.info.services.filesApp.credentials.baseUrl);
		expect(await test({ baseUrl: origin })).toMatchObject({ status: 'Error' });
	});
});
