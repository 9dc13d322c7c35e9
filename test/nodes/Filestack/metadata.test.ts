import { createHash } from 'node:crypto';

import { errorOf, outputOf } from '../../support/engine';
import {
	credentialsOf,
	filestack,
	policyIn,
	storeFile,
	TEXT,
	useFilestackServer,
} from '../../support/filestack';
import { newFile } from '../../support/newFile';
import { useSandbox } from '../../support/useSandbox';

const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
const sandbox = useSandbox();
const file = newFile(sandbox);
const { run } = file;
const recorder = useFilestackServer({ size: 5, md5: 'x' });

const record = recorder.run.bind(recorder);
const setting = async (patch: object) =>
	await sandbox.control.patch('/services/filestack/settings', patch);

describe('Get Metadata', () => {
	it('returns the default fields, the handle, the type and the date', async () => {
		const [{ json }] = outputOf(await run('getMetadata', { fields: [] }));
		expect(json).toMatchObject({
			handle: file.handle,
			name: 'hello.txt',
			mimeType: 'text/plain',
			size: 5,
			writeable: true,
			location: 'S3',
			uploadedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
		});
		expect(Object.keys(json)).toEqual(expect.arrayContaining(['container', 'key', 'path']));
	});

	const ALL = [
		...['cloud', 'container', 'exif', 'filename', 'height', 'location', 'mimetype', 'path', 'size'],
		...['source_url', 'upload_status', 'uploaded', 'width', 'writeable'],
		...HASHES,
	];

	it('requests each documented field and nothing else', async () => {
		outputOf(await record('getMetadata', { fields: ALL }));
		const [request] = recorder.requests;
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

	it('sends a policy that only allows reading metadata if EXIF is not requested', async () => {
		outputOf(await record('getMetadata', { fields: ['size'] }));
		expect(policyIn(recorder.requests[0]).call).toEqual(['stat']);
	});

	it('returns the requested fields', async () => {
		const [{ json }] = outputOf(await run('getMetadata', { fields: ['exif', 'size', 'sha256'] }));
		expect(json).toMatchObject({ handle: file.handle, size: 5, exif: {} });
		expect(json).not.toHaveProperty('name');
	});

	it('requires the app secret for EXIF, and reports it before it sends a request', async () => {
		const error = errorOf(await record('getMetadata', { fields: ['exif'] }, { appSecret: '' }));
		expect(error.message).toBe('Reading EXIF data requires the App Secret');
		expect(recorder.requests).toEqual([]);
	});

	it.each(['key', 'policy', 'signature', 'x&y=1'])('rejects the field %j', async (field) => {
		const error = errorOf(await record('getMetadata', { fields: [field] }));
		expect(error.message).toBe(`The field “Fields” has the unknown value “${field}”`);
		expect(recorder.requests).toEqual([]);
	});
});

describe('Get Hashes', () => {
	it('returns all six hashes', async () => {
		const [{ json }] = outputOf(await run('getHashes', { hashes: HASHES }));
		const own = HASHES.map((hash) => [hash, createHash(hash).update(TEXT.bytes).digest('hex')]);
		expect(json).toEqual({ handle: file.handle, ...Object.fromEntries(own) });
	});

	it.each([
		['={{ [] }}', 'The field “Hashes” is empty'],
		[['crc32'], 'The field “Hashes” has the unknown value “crc32”'],
	])('rejects %j with “%s”', async (hashes, message) => {
		expect(errorOf(await run('getHashes', { hashes })).message).toBe(message);
		expect(await sandbox.requests()).toEqual([]);
	});
});

describe('Get Storage', () => {
	it('returns the location, container and path', async () => {
		const options = { container: 'bucket', path: 'a/b.txt' };
		const stored = outputOf(await storeFile(sandbox, TEXT, options, { storage: 'gcs' }))[0].json;
		const [{ json }] = outputOf(await run('getStorage', { file: stored.handle }));
		expect(json).toEqual({
			handle: stored.handle,
			location: 'gcs',
			container: 'bucket',
			path: 'a/b.txt',
		});
	});
});

describe('without an app secret', () => {
	it('reads files only if security is turned off for the app', async () => {
		await setting({ security: 'off' });
		const credentials = { ...credentialsOf(sandbox), appSecret: '' };
		const unsigned = await filestack(credentials, 'file', 'getStorage', { file: file.handle });
		await setting({ security: 'on' });
		expect(outputOf(unsigned)[0].json).toMatchObject({ handle: file.handle, location: 'S3' });
		const rejected = await filestack(credentials, 'file', 'getStorage', { file: file.handle });
		expect(errorOf(rejected).message).toBe('Filestack responded with 403: Policy required');
		expect(errorOf(rejected).description).toContain('Make sure the App Secret');
	});
});
