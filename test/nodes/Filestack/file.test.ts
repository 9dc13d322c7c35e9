import { createHash } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { itemWith } from '../../support/binary';
import { binaryData, errorOf, outputOf } from '../../support/engine';
import {
	byUrl,
	credentialsOf,
	filestack,
	newHandle,
	policyIn,
	Recorder,
	storeFile,
} from '../../support/filestack';
import { Host } from '../../support/host';
import { Sandbox } from '../../support/sandbox';

const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
const text = { name: 'hello.txt', type: 'text/plain', bytes: Buffer.from('hello') };
const other = { name: 'other.json', type: 'application/json', bytes: Buffer.from('{"url":"x"}') };
let sandbox: Sandbox;
let handle: string;
const recorder = new Recorder();
const host = new Host();

beforeAll(async () => {
	await binaryData();
	sandbox = await Sandbox.start();
	await recorder.start();
	await host.start({}, { headers: { 'content-type': 'image/png' }, body: 'PNG' });
});
afterAll(async () => await Promise.all([sandbox.stop(), recorder.stop(), host.stop()]));
beforeEach(async () => {
	await sandbox.reset();
	handle = await newHandle(sandbox, text);
	await sandbox.reset();
	recorder.seen.length = 0;
	recorder.answer = () => ({ body: {} });
});

const run = async (operation: string, parameters: IDataObject = {}, file = text) =>
	await filestack(
		credentialsOf(sandbox),
		'file',
		operation,
		{ file: handle, ...parameters },
		{ input: [await itemWith({ data: file })] },
	);
const record = async (operation: string, parameters: IDataObject = {}, credentials = {}) =>
	await filestack(
		recorder.credentials(credentials),
		'file',
		operation,
		{ file: 'HANDLE', ...parameters },
		{ input: [await itemWith({ data: text })] },
	);
const setting = async (patch: object) =>
	await sandbox.control.patch('/services/filestack/settings', patch);

describe('Get Metadata', () => {
	it('gives the usual fields, the handle, both types and the date', async () => {
		const [{ json }] = outputOf(await run('getMetadata', { fields: [] }));
		expect(json).toMatchObject({
			handle,
			filename: 'hello.txt',
			mimetype: 'text/plain',
			type: 'text/plain',
			size: 5,
			writeable: true,
			location: 'S3',
			uploaded: expect.any(Number) as number,
			uploadedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
		});
		expect(Object.keys(json)).toEqual(expect.arrayContaining(['container', 'key', 'path']));
	});

	const ALL = [
		...['cloud', 'container', 'exif', 'filename', 'height', 'location', 'mimetype', 'path', 'size'],
		...['source_url', 'upload_status', 'uploaded', 'width', 'writeable'],
		...HASHES,
	];

	it('asks for each field that is documented, and for nothing else', async () => {
		outputOf(await record('getMetadata', { fields: ALL }));
		const [request] = recorder.seen;
		expect(request).toMatchObject({ method: 'GET', path: '/api/file/HANDLE/metadata' });
		const { key, policy, signature, ...fields } = request.query;
		expect({ key, policy, signature }).toEqual({
			key: 'AKEYz',
			policy: expect.any(String) as string,
			signature: expect.any(String) as string,
		});
		expect(fields).toEqual(Object.fromEntries(ALL.map((field) => [field, 'true'])));
		expect(policyIn(request)).toMatchObject({ call: ['stat', 'exif'], handle: 'HANDLE' });
	});

	it('is allowed to read metadata alone where EXIF is not wanted', async () => {
		outputOf(await record('getMetadata', { fields: ['size'] }));
		expect(policyIn(recorder.seen[0]).call).toEqual(['stat']);
	});

	it('gets from the service what was asked for', async () => {
		const [{ json }] = outputOf(await run('getMetadata', { fields: ['exif', 'size', 'sha256'] }));
		expect(json).toMatchObject({ handle, size: 5, exif: {} });
		expect(json).not.toHaveProperty('filename');
	});

	it('needs the app secret for EXIF, and says so before it asks', async () => {
		const error = errorOf(await record('getMetadata', { fields: ['exif'] }, { appSecret: '' }));
		expect(error.message).toBe('Reading EXIF needs the App Secret');
		expect(recorder.seen).toEqual([]);
	});

	it.each(['key', 'policy', 'signature', 'x&y=1'])('does not ask for %j', async (field) => {
		const error = errorOf(await record('getMetadata', { fields: [field] }));
		expect(error.message).toBe('The field “Fields” has a value that Filestack does not know');
		expect(recorder.seen).toEqual([]);
	});
});

describe('Get Hashes', () => {
	it('gives all six, as they are', async () => {
		const [{ json }] = outputOf(await run('getHashes', { hashes: HASHES }));
		const own = HASHES.map((hash) => [hash, createHash(hash).update(text.bytes).digest('hex')]);
		expect(json).toEqual({ handle, ...Object.fromEntries(own) });
	});

	it.each([
		['={{ [] }}', 'The field “Hashes” is empty'],
		[['crc32'], 'The field “Hashes” has a hash that Filestack does not know'],
	])('of %j: %s', async (hashes, message) => {
		expect(errorOf(await run('getHashes', { hashes })).message).toBe(message);
		expect(await sandbox.requests()).toEqual([]);
	});
});

describe('Get Storage', () => {
	it('gives location, container and path', async () => {
		const options = { container: 'bucket', path: 'a/b.txt' };
		const stored = outputOf(await storeFile(sandbox, text, options, { storage: 'gcs' }))[0].json;
		const [{ json }] = outputOf(await run('getStorage', { file: stored.handle }));
		expect(json).toEqual({
			handle: stored.handle,
			location: 'gcs',
			container: 'bucket',
			path: 'a/b.txt',
		});
	});
});

describe('Overwrite', () => {
	it('puts new bytes under the old handle', async () => {
		const options = { verify: true };
		const [{ json }] = outputOf(await run('overwrite', { options }, other));
		expect(json).toMatchObject({
			handle,
			size: other.bytes.length,
			isWriteable: true,
			type: json.mimetype,
			sha256: createHash('sha256').update(other.bytes).digest('hex'),
			verified: true,
			binaryPropertyName: 'data',
		});
		const downloaded = outputOf(await run('download', { options: { cache: false } }));
		expect(downloaded[0].json.size).toBe(other.bytes.length);
	});

	it('sends the bytes as the body, allowed to write this handle alone', async () => {
		recorder.answer = () => ({ body: { url: 'https://cdn/HANDLE', size: 5 } });
		outputOf(await record('overwrite', { options: { mimeType: 'text/csv', base64Decode: true } }));
		const [request] = recorder.seen;
		expect(request).toMatchObject({ method: 'POST', path: '/api/file/HANDLE', body: text.bytes });
		expect(request.headers['content-type']).toBe('text/csv');
		expect(request.query).toMatchObject({ key: 'AKEYz', base64decode: 'true' });
		expect(policyIn(request)).toMatchObject({ call: ['write'], handle: 'HANDLE' });
	});

	it('has Filestack fetch a URL, allowed to do that alone', async () => {
		const url = `${host.url}/photo.png`;
		const [{ json }] = outputOf(await run('overwrite', { source: 'url', url }));
		expect(json).toMatchObject({ handle, size: 3, mimetype: 'image/png', type: 'image/png' });
		recorder.answer = () => ({ body: { url: 'https://cdn/HANDLE' } });
		outputOf(await record('overwrite', { source: 'url', url }));
		const [request] = recorder.seen;
		expect(String(request.body)).toBe(new URLSearchParams({ url }).toString());
		expect(policyIn(request)).toMatchObject({ call: ['writeUrl'], handle: 'HANDLE' });
	});

	it('notices when something else has arrived', async () => {
		await sandbox.fault({ service: 'filestack', method: 'POST', fault: { type: 'wrongSize' } });
		expect(errorOf(await run('overwrite')).description).toContain('is 5, the service reports 6');
	});

	it.each([
		[{ binaryPropertyName: 'data, data' }, 'The field “Input Data Field Name” names several files'],
		[
			{ options: { base64Decode: true, verify: true } },
			'The field “Verify Upload” does not go with Base64 Decode',
		],
	])('with %j: %s', async (parameters, message) => {
		expect(errorOf(await run('overwrite', parameters)).message).toBe(message);
		expect(await sandbox.requests()).toEqual([]);
	});

	it('needs the app secret', async () => {
		const error = errorOf(await record('overwrite', {}, { appSecret: '' }));
		expect(error.message).toBe('Overwriting a file needs the App Secret');
		expect(recorder.seen).toEqual([]);
	});
});

describe('Delete', () => {
	it('deletes the file and what is stored of it', async () => {
		expect(outputOf(await run('delete'))[0].json).toEqual({
			deleted: true,
			handle,
			keptInStorage: false,
		});
		expect(errorOf(await run('getMetadata', { fields: [] })).httpCode).toBe('404');
		expect(errorOf(await run('delete')).message).toBe('Filestack answered 404: File not found');
	});

	it('leaves it in the storage where the user wishes', async () => {
		const objects = async () =>
			(await sandbox.control.get<unknown[]>('/services/filestack/objects')).data.length;
		const before = await objects();
		const [{ json }] = outputOf(await run('delete', { options: { skipStorage: true } }));
		expect(json.keptInStorage).toBe(true);
		expect(await objects()).toBe(before);
	});

	it.each([
		[{}, {}],
		[{ skipStorage: true }, { skip_storage: 'true' }],
	])('with %j sends key and policy, and %j', async (options, query) => {
		outputOf(await record('delete', { options }));
		const [request] = recorder.seen;
		expect(request).toMatchObject({ method: 'DELETE', path: '/api/file/HANDLE' });
		const { key, policy, signature, ...more } = request.query;
		expect([key, Boolean(policy), Boolean(signature)]).toEqual(['AKEYz', true, true]);
		expect(more).toEqual(query);
		expect(policyIn(request)).toMatchObject({ call: ['remove'], handle: 'HANDLE' });
	});

	it.each(['', 'success', '{}', '{"success":true}'])('takes %j for a yes', async (body) => {
		recorder.answer = () => ({ body });
		expect(outputOf(await record('delete'))[0].json).toMatchObject({ deleted: true });
	});

	it.each(['Invalid Application', '<html>sign in</html>'])('but not %j', async (body) => {
		recorder.answer = () => ({ body });
		expect(errorOf(await record('delete')).message).toMatch(/Invalid Application|web page|no JSON/);
	});

	it('counts a deletion whose answer was lost as done', async () => {
		await sandbox.fault({
			service: 'filestack',
			method: 'DELETE',
			times: 1,
			fault: { type: 'resetAfterBody' },
		});
		expect(outputOf(await run('delete'))[0].json.deleted).toBe(true);
	});

	it('needs the app secret', async () => {
		const error = errorOf(await record('delete', {}, { appSecret: '' }));
		expect(error.message).toBe('Deleting a file needs the App Secret');
		expect(error.description).toContain('Developer Portal');
	});
});

describe('without an app secret', () => {
	it('files are read where the app has security switched off', async () => {
		await setting({ security: 'off' });
		const credentials = { ...credentialsOf(sandbox), appSecret: '' };
		const unsigned = await filestack(credentials, 'file', 'getStorage', { file: handle });
		await setting({ security: 'on' });
		expect(outputOf(unsigned)[0].json).toMatchObject({ handle, location: 'S3' });
		const refused = await filestack(credentials, 'file', 'getStorage', { file: handle });
		expect(errorOf(refused).message).toBe('Filestack answered 403: Policy required');
		expect(errorOf(refused).description).toContain('Enter the App Secret');
	});
});

const OPERATIONS: Array<[string, IDataObject]> = [
	['delete', {}],
	['download', {}],
	['getHashes', { hashes: ['md5'] }],
	['getMetadata', { fields: [] }],
	['getStorage', {}],
	['overwrite', {}],
];

describe.each(OPERATIONS)('%s', (operation, parameters) => {
	it.each([
		'../files',
		'a/b',
		'x?y',
		'x#y',
		'%2e%2e%2fx',
		'a\r\nb',
		'n\u0000l',
		'🎉',
		'"\'; --',
		'x'.repeat(300),
	])('treats %j as a handle and nothing else', async (hostile) => {
		const value = { file: `={{ ${JSON.stringify(hostile)} }}`, ...parameters };
		expect(errorOf(await run(operation, value)).httpCode).toMatch(/^4/);
		const [{ path }] = await sandbox.requests();
		const cdn = /^\/security=[^/]+\/[^/]+$/;
		const fileApi = /^\/api\/file\/[^/]+(\/metadata)?$/;
		expect(path).toMatch(operation === 'download' ? cdn : fileApi);
	});

	it.each(['={{ "" }}', '  ', '.', '..', '\uD800'])('refuses %j as a handle', async (empty) => {
		expect(errorOf(await run(operation, { file: empty, ...parameters })).message).toMatch(
			/^The File is (empty|not valid)$/,
		);
		expect(await sandbox.requests()).toEqual([]);
	});

	it('takes a pasted URL', async () => {
		const { cdnBaseUrl } = credentialsOf(sandbox);
		const file = byUrl(`${cdnBaseUrl}/resize=width:10/${handle}?x=1`);
		expect(outputOf(await run(operation, { file, ...parameters }))[0].json.handle).toBe(handle);
	});
});

it('a failing item goes on with its error when the node is set to continue', async () => {
	const input = [handle, 'unknown', handle].map((file) => ({ json: { file } }));
	const items = outputOf(
		await filestack(
			credentialsOf(sandbox),
			'file',
			'getStorage',
			{ file: '={{ $json.file }}' },
			{ input, settings: { onError: 'continueRegularOutput' } },
		),
	);
	expect(items.map(({ json, pairedItem }) => [json.handle ?? json.error, pairedItem])).toEqual([
		[handle, { item: 0 }],
		['Filestack answered 404: File not found', { item: 1 }],
		[handle, { item: 2 }],
	]);
});
