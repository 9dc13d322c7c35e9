import { Filestack } from '../../../nodes/Filestack/Filestack.node';
import { credentialTestOf } from '../../support/credentialTest';
import { credentialsOf } from '../../support/filestack';
import { ownSandbox } from '../../support/ownSandbox';

const sandbox = ownSandbox();
let good: Record<string, string>;

beforeAll(async () => {
	good = credentialsOf(sandbox);
});

const test = async (data: Record<string, string>) =>
	await credentialTestOf(
		new Filestack().methods.credentialTest.filestackApiTest,
		'filestackApi',
		data,
	);
const OK = { status: 'OK', message: 'Connection successful' };

it('good credentials pass, although the file that is asked for does not exist', async () => {
	expect(await test(good)).toEqual(OK);
	expect((await sandbox.requests()).map(({ status }) => status)).toEqual([404]);
});

it.each([
	[{ appSecret: 'wrong' }, /^Filestack refuses the API Key and App Secret: /],
	[{ apiKey: 'wrong' }, /^Filestack refuses the API Key and App Secret: /],
	[{ apiKey: ' ' }, /^The API Key is empty$/],
	[{ appSecret: '' }, /^Filestack wants a signature \(Policy required\): enter the App Secret$/],
	[{ baseUrl: 'nonsense' }, /^The Base URL must start with https:\/\/ /],
	[
		{ baseUrl: 'http://127.0.0.1:9' },
		/^Could not reach http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\)\. Nothing is listening at that address and port\. Check the Base URL\.$/,
	],
])('%j fails', async (wrong, message) => {
	const { status, message: said } = await test({ ...good, ...(wrong as object) });
	expect(status).toBe('Error');
	expect(said).toMatch(message);
});

it('an app without security needs no app secret', async () => {
	await sandbox.control.patch('/services/filestack/settings', { security: 'off' });
	expect(await test({ ...good, appSecret: '' })).toEqual(OK);
	await sandbox.control.patch('/services/filestack/settings', { security: 'on' });
});

it('a service in trouble is no proof of good credentials', async () => {
	await sandbox.fault({ service: 'filestack', fault: { type: 'status', status: 503 } });
	expect(await test(good)).toMatchObject({
		status: 'Error',
		message: expect.stringContaining('503') as string,
	});
});
