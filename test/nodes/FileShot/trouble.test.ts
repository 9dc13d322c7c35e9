import { FileShot } from '../../../nodes/FileShot/FileShot.node';
import { fileShot } from '../../../nodes/FileShot/service';
import { credentialTestOf } from '../../support/credentialTest';
import { errorOf, runNode } from '../../support/engine';
import { fileShotNode } from '../../support/fileShot';
import { byId } from '../../support/locators';
import { ownSandbox } from '../../support/ownSandbox';

const sandbox = ownSandbox();

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
const calls = async () => (await sandbox.requests()).map(({ status }) => status);

describe('errors', () => {
	it.each([
		[400, 'Invalid parameters', 'ZIP'],
		[401, 'Invalid or missing API key', 'account dashboard'],
		[403, 'Insufficient tier', 'Creator or higher'],
		[404, 'does not exist or has expired', 'Get Many'],
		[413, 'exceeds tier limit', 'Send in Parts From'],
		[500, 'Internal server error', 'Try again later'],
	])('%i says what happened and what to do', async (status, said, advice) => {
		await fault({ type: 'status', status });
		const error = errorOf(await get());
		expect(error.message).toMatch(new RegExp(`^FileShot answered ${status}: .*${said}`));
		expect(error.description).toContain(advice);
	});

	it('a wrong key is named, once, and kept secret', async () => {
		const error = errorOf(await get({ apiKey: 'fs_wrong' }));
		expect(error.message).toBe('FileShot answered 401: Invalid or missing API key');
		expect(error.failure).toEqual({ cause: 'credential-invalid' });
		expect(JSON.stringify(error)).not.toContain('fs_wrong');
		expect(await calls()).toEqual([401]);
	});

	it.each([429, 503])('a %i is asked again, with or without Retry-After', async (status) => {
		await fault({ type: 'status', status, headers: { 'Retry-After': '1' } }, { times: 1 });
		await fault({ type: 'status', status }, { nth: 2 });
		errorOf(await get());
		expect((await calls()).slice(0, 3)).toEqual([status, status, 404]);
	});

	it('a long pause: says when to come back', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '3600' } });
		const error = errorOf(await get());
		expect(error.description).toMatch(/come back at \d{4}-\d\d-\d\dT/);
		expect(await calls()).toEqual([429]);
	});

	it.each([
		[{ error: 'text' }, 'text'],
		[{ error: { message: 'm' } }, 'm'],
		[{ message: 'm' }, 'm'],
		['plain text', 'plain text'],
		[{}, undefined],
		[null, undefined],
	])('the words of %j are %j', (body, said) => {
		expect(fileShot.errorMessage(body)).toBe(said);
	});

	it.each([200, 404, 502])('a web page with %i is not FileShot', async (status) => {
		await fault({ type: 'html', status });
		expect(errorOf(await get()).message).toContain('does not answer like FileShot');
	});
});

describe('the credential test', () => {
	const test = async (data: object = {}) =>
		await credentialTestOf(new FileShot().methods.credentialTest.fileShotApiTest, 'fileShotApi', {
			...sandbox.info.services.fileShot.credentials,
			...data,
		});

	it('passes with a good key', async () => {
		expect(await test()).toEqual({ status: 'OK', message: 'Connection successful' });
		expect((await sandbox.requests()).map(({ path }) => path)).toEqual(['/api/files']);
	});

	it.each([
		[{ apiKey: 'fs_x' }, 'FileShot refuses the API Key: Invalid or missing API key'],
		[{ baseUrl: 'nonsense' }, 'The Base URL is not a web address'],
		[{ baseUrl: 'http://127.0.0.1:9' }, 'cannot be reached (ECONNREFUSED)'],
	])('%j fails', async (data, text) => {
		const { status, message } = await test(data);
		expect(status).toBe('Error');
		expect(message).toContain(text);
	});

	it('a tier without the API fails, and is named', async () => {
		await sandbox.control.patch('/services/fileShot/settings', { tier: 'pro' });
		const { status, message } = await test();
		await sandbox.control.patch('/services/fileShot/settings', { tier: 'creator' });
		expect(status).toBe('Error');
		expect(message).toContain('needs the Creator tier');
	});

	it('a bare array is an answer too', async () => {
		await sandbox.control.patch('/services/fileShot/settings', { listShape: 'array' });
		expect(await test()).toMatchObject({ status: 'OK' });
	});

	it.each([403, 429, 500])(
		'a service that answers %i is no proof of a good key',
		async (status) => {
			await fault({ type: 'status', status });
			expect(await test()).toMatchObject({ status: 'Error' });
		},
	);
});
