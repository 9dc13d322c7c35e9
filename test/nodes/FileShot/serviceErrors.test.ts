import { FileShot } from '../../../nodes/FileShot/FileShot.node';
import { fileShot } from '../../../nodes/FileShot/service';
import { credentialTestOf, testApiKey } from '../../support/credentialTest';
import { errorOf, runNode } from '../../support/engine';
import {
	expectWrongSecret,
	describeErrorStatuses,
	describeWebPages,
	describeErrorMessages,
} from '../../support/errors';
import { fileShotNode, fileThere } from '../../support/fileShot';
import { byId } from '../../support/locators';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();

const get = async (credentials: object = {}) =>
	await runNode(
		fileShotNode(
			sandbox,
			{ operation: 'get', fileId: byId('unknown') },
			{ credentials: credentials as never },
		),
	);
const fault = async (kind: object, more: object = {}) =>
	await sandbox.fault({ service: 'fileShot', ...more, fault: kind });
const failing = { sandbox, service: fileShot, get, fault };

describe('errors', () => {
	describeErrorStatuses(
		[
			[400, /Invalid parameters/, 'ZIP'],
			[401, /Invalid or missing API key/, 'account dashboard'],
			[403, /Insufficient tier/, 'Creator tier or higher'],
			// The documented route and the one of the desktop client are both requested.
			[404, /does not exist or has expired/, 'Get Many', 2],
			[413, /exceeds tier limit/, 'too large for your tier'],
			[500, /Internal server error/, 'Try again later'],
		],
		failing,
	);

	it('reports a wrong key after one request, without exposing it', async () => {
		const message = 'FileShot responded with 401: Invalid or missing API key';
		await expectWrongSecret(await get({ apiKey: 'fs_wrong' }), 'fs_wrong', { sandbox, message });
	});

	it.each([429, 503])('retries after a %i, with or without Retry-After', async (status) => {
		await fault({ type: 'status', status, headers: { 'Retry-After': '1' } }, { times: 1 });
		await fault({ type: 'status', status }, { nth: 2 });
		errorOf(await get());
		expect((await sandbox.statuses()).slice(0, 3)).toEqual([status, status, 404]);
	});

	it('reports when to retry if the pause is too long to wait', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '3600' } });
		const error = errorOf(await get());
		expect(error.description).toMatch(/wait until \d{4}-\d\d-\d\dT/);
		expect(await sandbox.statuses()).toEqual([429]);
	});

	describeErrorMessages(fileShot, [['plain text', 'plain text']]);
	describeWebPages('a web page with %i is not FileShot', failing);
});

describe('the credential test', () => {
	const test = async (data: object = {}) =>
		await credentialTestOf(new FileShot().methods.credentialTest.fileShotApiTest, 'fileShotApi', {
			...sandbox.info.services.fileShot.credentials,
			...data,
		});

	testApiKey(
		{
			test,
			// An empty list does not prove that the key is valid, so the list is also requested without the key.
			paths: ['/api/files', '/api/files'],
			wrongKey: 'fs_x',
			refusal: 'FileShot rejected the API Key: Invalid or missing API key',
		},
		failing,
	);

	it('fails for a tier without API access, and names it', async () => {
		await sandbox.control.patch('/services/fileShot/settings', { tier: 'pro' });
		const { status, message } = await test();
		await sandbox.control.patch('/services/fileShot/settings', { tier: 'creator' });
		expect(status).toBe('Error');
		expect(message).toContain('requires the Creator tier');
	});

	describe.each(['files', 'array', 'data', 'items', 'results'])(
		'with a list as %s',
		(listShape) => {
			beforeEach(async () => {
				await sandbox.control.patch('/services/fileShot/settings', { listShape });
			});

			it('accepts an empty account, because the server rejects the list without the key', async () => {
				expect(await test()).toMatchObject({ status: 'OK' });
				expect(await sandbox.statuses()).toEqual([200, 401]);
			});

			it('accepts a list with a file', async () => {
				const fileId = await fileThere(sandbox);
				await sandbox.requests();
				expect(await test()).toMatchObject({ status: 'OK' });
				expect((await sandbox.statuses()).at(-1)).toBe(200);
				await runNode(fileShotNode(sandbox, { operation: 'delete', fileId: byId(fileId) }));
			});
		},
	);
});
