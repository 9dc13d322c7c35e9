import { FileCourier } from '../../../nodes/FileCourier/FileCourier.node';
import { credentialTestOf } from '../../support/credentialTest';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();
let good: Record<string, string>;

beforeAll(async () => {
	good = sandbox.info.services.fileCourier.credentials;
});

const test = async (data: Record<string, string>) =>
	await credentialTestOf(
		new FileCourier().methods.credentialTest.fileCourierApiTest,
		'fileCourierApi',
		data,
	);

it('accepts valid credentials, although the requested session does not exist', async () => {
	expect(await test(good)).toEqual({ status: 'OK', message: 'Connection successful' });
	expect((await sandbox.requests()).map(({ status }) => status)).toEqual([404]);
});

it.each([{ clientId: 'fc_wrong' }, { clientSecret: 'fcs_wrong' }])(
	'rejects %j',
	async (wrong: object) => {
		const { status, message } = await test({ ...good, ...wrong });
		expect(status).toBe('Error');
		expect(message).toBe('FileCourier rejected the Client ID or Client Secret: Invalid API key');
	},
);

it.each([
	[
		'http://127.0.0.1:9',
		'Could not reach http://127.0.0.1:9 (ECONNREFUSED). Nothing is listening at that address and port. Check the Base URL. The address of FileCourier is https://api.filecourier.io.',
	],
	['nonsense', 'The Base URL must start with https:// (or http:// for a local server)'],
])('rejects the Base URL %s', async (baseUrl, message) => {
	expect(await test({ ...good, baseUrl })).toEqual({ status: 'Error', message });
});

it('rejects another server at the Base URL, although it also responds 404', async () => {
	const { message, status } = await test({
		...good,
		baseUrl: sandbox.info.services.fileCourier.origins.secure,
	});
	expect(status).toBe('Error');
	expect(message).toContain('returned a web page (404)');
});

it('does not accept credentials on a 503 response', async () => {
	await sandbox.fault({ service: 'fileCourier', fault: { type: 'status', status: 503 } });
	expect(await test(good)).toMatchObject({
		status: 'Error',
		message: expect.stringContaining('503') as string,
	});
});
