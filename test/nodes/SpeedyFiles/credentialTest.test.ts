import { SpeedyFiles } from '../../../nodes/SpeedyFiles/SpeedyFiles.node';
import { credentialTestOf } from '../../support/credentialTest';
import { TestServer } from '../../support/testServer';
import { useSandbox } from '../../support/useSandbox';
import { SpeedyFilesUser } from '../../support/speedyFiles';

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);

const test = async (wrong: Record<string, string> = {}) =>
	await credentialTestOf(
		new SpeedyFiles().methods.credentialTest.speedyFilesApiTest,
		'speedyFilesApi',
		{ ...user.credentials, ...wrong },
	);

it.each(['', '/', '/api/v1', '/api/v1/'])(
	'accepts a valid token, with %j at the end of the URL',
	async (end) => {
		expect(await test({ baseUrl: user.credentials.baseUrl + end })).toEqual({
			status: 'OK',
			message: 'Connection successful',
		});
		expect(await user.calls()).toEqual(['GET /me 200']);
	},
);

it.each([
	['sf_wrong', 'SpeedyFiles rejected the API Token: invalid token'],
	['', 'The API Token is empty'],
])('rejects the token %j: %s', async (apiToken, message) => {
	expect(await test({ apiToken })).toEqual({ status: 'Error', message });
});

it.each([
	[
		'http://127.0.0.1:9',
		'Could not reach http://127.0.0.1:9 (ECONNREFUSED). Nothing is listening at that address and port. Check the Instance URL.',
	],
	['', 'The Instance URL is empty'],
	[
		'files.example.com',
		'The Instance URL must start with https:// (or http:// for a local server). Enter https://files.example.com',
	],
])('rejects the Instance URL %j', async (baseUrl, message) => {
	expect(await test({ baseUrl })).toEqual({ status: 'Error', message });
});

it('rejects an instance that is not set up yet, although its redirect succeeds', async () => {
	await user.set({ instance: 'notSetUp' });
	const { status, message } = await test();
	await user.set({ instance: 'ready' });
	expect(status).toBe('Error');
	expect(message).toMatch(/ returned a redirect \(303\)\. The instance may not be set up yet\. /);
});

it.each([
	['{"hello":"world"}', 'A different service responded at http://127.0.0.1:'],
	['<html></html>', 'returned a web page (200)'],
])('rejects another server that responds to every request with %s', async (body, message) => {
	const host = await new TestServer().respond({ body }).start();
	const response = await test({ baseUrl: host.url });
	await host.stop();
	expect(response).toMatchObject({
		status: 'Error',
		message: expect.stringContaining(message) as string,
	});
});
