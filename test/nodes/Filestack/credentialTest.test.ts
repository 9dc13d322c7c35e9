import { Filestack } from '../../../nodes/Filestack/Filestack.node';
import { credentialTestOf } from '../../support/credentialTest';
import { credentialsOf } from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();
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

it('accepts valid credentials, although the requested file does not exist', async () => {
	expect(await test(good)).toEqual(OK);
	expect((await sandbox.requests()).map(({ status }) => status)).toEqual([404]);
});

it.each([
	[{ appSecret: 'wrong' }, /^Filestack rejected the API Key or App Secret: /],
	[{ apiKey: 'wrong' }, /^Filestack rejected the API Key or App Secret: /],
	[{ apiKey: ' ' }, /^The API Key is empty$/],
	[
		{ appSecret: '' },
		/^Filestack requires a signature \(Policy required\)\. Enter the App Secret\.$/,
	],
	[{ baseUrl: 'nonsense' }, /^The Base URL must start with https:\/\/ /],
	[
		{ baseUrl: 'http://127.0.0.1:9' },
		/^Could not reach http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\)\. Nothing is listening at that address and port\. Check the Base URL\. The address of Filestack is https:\/\/www\.filestackapi\.com\.$/,
	],
])('rejects %j', async (wrong, expected) => {
	const { status, message } = await test({ ...good, ...(wrong as object) });
	expect(status).toBe('Error');
	expect(message).toMatch(expected);
});

it('accepts credentials without an app secret if the app has no security', async () => {
	await sandbox.control.patch('/services/filestack/settings', { security: 'off' });
	expect(await test({ ...good, appSecret: '' })).toEqual(OK);
	await sandbox.control.patch('/services/filestack/settings', { security: 'on' });
});

it('does not accept credentials on a 503 response', async () => {
	await sandbox.fault({ service: 'filestack', fault: { type: 'status', status: 503 } });
	expect(await test(good)).toMatchObject({
		status: 'Error',
		message: expect.stringContaining('503') as string,
	});
});
