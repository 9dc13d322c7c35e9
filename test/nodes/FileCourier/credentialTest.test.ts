import { FileCourier } from '../../../nodes/FileCourier/FileCourier.node';
import { credentialTestOf } from '../../support/credentialTest';
import { ownSandbox } from '../../support/ownSandbox';

const sandbox = ownSandbox();
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

it('good credentials pass, although the session that is asked for does not exist', async () => {
	expect(await test(good)).toEqual({ status: 'OK', message: 'Connection successful' });
	expect((await sandbox.requests()).map(({ status }) => status)).toEqual([404]);
});

it.each([{ clientId: 'fc_wrong' }, { clientSecret: 'fcs_wrong' }])(
	'%j fails',
	async (wrong: object) => {
		const { status, message } = await test({ ...good, ...wrong });
		expect(status).toBe('Error');
		expect(message).toBe('FileCourier refuses the Client ID and Client Secret: Invalid API key');
	},
);

it.each([
	[
		'http://127.0.0.1:9',
		'Could not reach http://127.0.0.1:9 (ECONNREFUSED). Nothing is listening at that address and port. Check the Base URL.',
	],
	['nonsense', 'The Base URL must start with https:// (or http:// for a local server)'],
])('the Base URL %s fails', async (baseUrl, message) => {
	expect(await test({ ...good, baseUrl })).toEqual({ status: 'Error', message });
});

it('another server at the Base URL fails, although it answers 404 too', async () => {
	const { message, status } = await test({
		...good,
		baseUrl: sandbox.info.services.fileCourier.origins.secure,
	});
	expect(status).toBe('Error');
	expect(message).toContain('returned a web page (404)');
});

it('a service in trouble is no proof of good credentials', async () => {
	await sandbox.fault({ service: 'fileCourier', fault: { type: 'status', status: 503 } });
	expect(await test(good)).toMatchObject({
		status: 'Error',
		message: expect.stringContaining('503') as string,
	});
});
