import { createHash } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { inMemory, itemWith } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import {
	credentialsOf,
	filestack,
	policyIn,
	SECRET,
	storeFile,
	TEXT,
	useFilestackServer,
} from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';

const sha256 = createHash('sha256').update(TEXT.bytes).digest('hex');
const sandbox = useSandbox();
const recorder = useFilestackServer({ url: 'https://cdn.filestackcontent.com/HANDLE', size: 5 });

const record = async (parameters: IDataObject = {}, file = TEXT, credentials = {}) =>
	await recorder.run('store', parameters, credentials, file);

const files = async () =>
	(await sandbox.control.get<Array<Record<string, unknown>>>('/services/filestack/files')).data;

describe('a workflow file', () => {
	it('is stored and output with its handle, type and SHA-256', async () => {
		const [{ json, pairedItem }] = outputOf(await storeFile(sandbox, TEXT));
		expect(json).toMatchObject({
			handle: (json.url as string).split('/').at(-1),
			name: 'hello.txt',
			mimeType: 'text/plain',
			size: 5,
			sha256,
			binaryPropertyName: 'data',
		});
		expect(pairedItem).toEqual({ item: 0 });
		expect(await files()).toContainEqual(
			expect.objectContaining({ id: json.handle, filename: 'hello.txt', location: 'S3' }),
		);
	});

	it('is sent as the body, with the key, name, type and a policy that only allows storing', async () => {
		outputOf(await record());
		const [request] = recorder.requests;
		expect(request).toMatchObject({ method: 'POST', path: '/api/store/S3', bytes: TEXT.bytes });
		expect(request.headers).toMatchObject({
			'content-type': 'text/plain',
			'content-length': '5',
		});
		expect(request.query).toMatchObject({
			key: 'AKEYz',
			filename: 'hello.txt',
			mimetype: 'text/plain',
			signature: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
		});
		expect(policyIn(request)).toEqual({ call: ['pick', 'store'], expiry: expect.any(Number) as 1 });
		expect(Object.keys(request.query).sort()).toEqual(
			['filename', 'key', 'mimetype', 'policy', 'signature'].sort(),
		);
	});

	it('is sent unsigned if the credential has no app secret', async () => {
		outputOf(await record({}, TEXT, { appSecret: '' }));
		expect(Object.keys(recorder.requests[0].query).sort()).toEqual(['filename', 'key', 'mimetype']);
	});

	it.each([
		['S3', '/api/store/S3', { access: 'public', container: 'bucket' }],
		['azure', '/api/store/azure', { container: 'bucket' }],
		['dropbox', '/api/store/dropbox', {}],
		['rackspace', '/api/store/rackspace', { container: 'bucket' }],
		['gcs', '/api/store/gcs', { container: 'bucket' }],
	])('is sent to %s with all parameters of that storage', async (storage, path, own) => {
		const options = {
			access: 'public',
			container: 'bucket',
			fileName: 'other.txt',
			mimeType: 'text/csv',
			path: 'a/b/',
		};
		outputOf(await record({ storage, options }));
		const [request] = recorder.requests;
		expect(request.path).toBe(path);
		const { filename, mimetype, path: folder, access, container } = request.query;
		expect({ filename, mimetype, folder }).toEqual({
			filename: 'other.txt',
			mimetype: 'text/csv',
			folder: 'a/b/',
		});
		expect({ ...(access && { access }), ...(container && { container }) }).toEqual(own);
	});

	it.each(['S3', 'azure', 'dropbox', 'rackspace', 'gcs'])(
		'is stored in %s with its path and name',
		async (storage) => {
			const options = { path: `in/${storage}/x.bin`, fileName: 'x.bin' };
			const [{ json }] = outputOf(await storeFile(sandbox, TEXT, options, { storage }));
			expect(json).toMatchObject({ key: `in/${storage}/x.bin`, name: 'x.bin' });
		},
	);

	it('is output without a SHA-256 if Filestack decodes it from Base64', async () => {
		const file = { ...TEXT, bytes: Buffer.from(TEXT.bytes.toString('base64')) };
		const [{ json }] = outputOf(await storeFile(sandbox, file, { base64Decode: true }));
		expect(json.size).toBe(5);
		expect(json).not.toHaveProperty('sha256');
	});

	it('is stored as it is, even if Filestack would parse a body of its type as a request', async () => {
		for (const type of [
			'application/json',
			'application/x-www-form-urlencoded',
			'multipart/form-data',
			'nonsense\r\nX-Evil: 1',
		]) {
			const bytes = Buffer.from('{"url":"http://127.0.0.1:9/"}');
			recorder.reset();
			recorder.respond({ body: { url: 'https://cdn/HANDLE', size: bytes.length } });
			outputOf(await record({}, { name: 'x', type, bytes }));
			const [{ headers, query }] = recorder.requests;
			expect(headers['content-type']).toBe('application/octet-stream');
			const known = type.startsWith('nonsense') ? 'application/octet-stream' : type;
			expect(query.mimetype).toBe(known);
		}
	});

	it('is stored if it is empty or if n8n stores it in memory', async () => {
		const [{ json }] = outputOf(await storeFile(sandbox, { ...TEXT, bytes: Buffer.alloc(0) }));
		expect(json).toMatchObject({ size: 0, sha256: createHash('sha256').digest('hex') });
		const input = [{ json: {}, binary: { data: inMemory(TEXT) } }];
		const run = await filestack(credentialsOf(sandbox), 'file', 'store', {}, { input });
		expect(outputOf(run)[0].json).toMatchObject({ size: 5, sha256 });
	});

	it('is output as a separate item if several or all fields are selected', async () => {
		const other = { name: 'b.txt', type: 'text/plain', bytes: Buffer.from('other') };
		const input = [await itemWith({ one: TEXT, two: other })];
		for (const binaryPropertyName of ['one, two', '*']) {
			const parameters = { binaryPropertyName };
			const run = await filestack(credentialsOf(sandbox), 'file', 'store', parameters, { input });
			expect(
				outputOf(run).map(({ json, pairedItem }) => [
					json.name,
					json.binaryPropertyName,
					pairedItem,
				]),
			).toEqual([
				['hello.txt', 'one', { item: 0 }],
				['b.txt', 'two', { item: 0 }],
			]);
		}
	});

	it('keeps the order and the item pairing of many items', async () => {
		const input = await Promise.all(
			Array.from({ length: 12 }, (_, n) =>
				itemWith({ data: { ...TEXT, name: `${n}.txt`, bytes: Buffer.from(`file ${n}`) } }),
			),
		);
		const items = outputOf(await filestack(credentialsOf(sandbox), 'file', 'store', {}, { input }));
		expect(items.map(({ json, pairedItem }) => [json.name, pairedItem])).toEqual(
			input.map((_, n) => [`${n}.txt`, { item: n }]),
		);
	});
});

it('is signed again if the request is retried after its policy has expired', async () => {
	const now = Date.now();
	const clock = jest.spyOn(Date, 'now').mockImplementation(() => now);
	const bytes = Buffer.alloc(16 * 1024 * 1024);
	recorder.handle((request, response) => {
		if (recorder.requests.length > 1) {
			request.resume();
			request.on('end', () =>
				response.end(
					JSON.stringify({ url: 'https://cdn.filestackcontent.com/HANDLE', size: bytes.length }),
				),
			);
			return;
		}
		clock.mockImplementation(() => now + 2 * 60 * 60_000);
		request.socket.destroy();
	});
	outputOf(await record({ options: { thresholdMb: 100 } }, { ...TEXT, bytes }));
	clock.mockRestore();
	const [first, second] = recorder.requests.map((request) => policyIn(request).expiry as number);
	expect(second - first).toBe(2 * 60 * 60);
});

describe('the comparison with the stored file', () => {
	it('always reports a different size', async () => {
		await sandbox.fault({ service: 'filestack', origin: 'api', fault: { type: 'wrongSize' } });
		const error = errorOf(await storeFile(sandbox, TEXT));
		expect(error.message).toBe('“hello.txt” was changed or damaged during upload');
		expect(error.description).toContain('was 5, but the service reports 6');
	});

	it('includes the SHA-256 if Verify Upload is turned on', async () => {
		const [{ json }] = outputOf(await storeFile(sandbox, TEXT, { verify: true, sha256: false }));
		expect(json).toMatchObject({ sha256, verified: true });
		const requests = (await sandbox.requests()).map(({ method, path }) => `${method} ${path}`);
		expect(requests).toEqual([
			'POST /api/store/S3',
			`GET /api/file/${String(json.handle)}/metadata`,
		]);
	});

	it('reports both hashes if they differ', async () => {
		const other = '0'.repeat(64);
		recorder.respond(({ method }) => ({
			body: method === 'GET' ? { sha256: other, size: 5 } : { url: 'https://cdn/H', size: 5 },
		}));
		const error = errorOf(await record({ options: { verify: true } }));
		expect(error.description).toContain(sha256);
		expect(error.description).toContain(other);
		const [, request] = recorder.requests;
		expect(policyIn(request)).toMatchObject({ call: ['stat'], handle: 'H' });
	});

	it('reports an error if Filestack returns no SHA-256', async () => {
		const error = errorOf(await record({ options: { verify: true } }));
		expect(error.message).toBe('Filestack did not return the SHA-256 of the file “HANDLE”');
	});
});

describe('rejects, before it sends a request', () => {
	const long = (name: string, value: string) => ({ uploadTags: { tag: [{ name, value }] } });
	const eleven = Array.from({ length: 11 }, (_, n) => ({ name: `t${n}`, value: '' }));
	it.each([
		[
			{ base64Decode: true, verify: true },
			'The field “Verify Upload” cannot be combined with Base64 Decode',
		],
		[
			{ base64Decode: true, workflowIds: 'a' },
			'The field “Workflow IDs” cannot be combined with Base64 Decode',
		],
		[long('n'.repeat(129), ''), 'The field “Upload Tags” has a tag that is too long'],
		[long('n', 'v'.repeat(257)), 'The field “Upload Tags” has a tag that is too long'],
		[{ uploadTags: { tag: eleven } }, 'The field “Upload Tags” has more than 10 tags'],
		[long('={{ $json.missing }}', '7'), 'The field “Upload Tags” has a value without a name'],
		[
			{ uploadTags: { tag: ['1', '2'].map((value) => ({ name: 'case', value })) } },
			'The field “Upload Tags” contains “case” twice',
		],
	])('%j', async (options, message) => {
		const error = errorOf(await record({ options }));
		expect(error.message).toBe(message);
		expect(error.description).toBeTruthy();
		expect(recorder.requests).toEqual([]);
	});

	it('an empty file with tags', async () => {
		const options = { uploadTags: { tag: [{ name: 'n', value: 'v' }] } };
		const error = errorOf(await record({ options }, { ...TEXT, bytes: Buffer.alloc(0) }));
		expect(error.message).toBe('The field “Upload Tags” cannot be used with an empty file');
		expect(recorder.requests).toEqual([]);
	});

	it('an empty file with tags that follows another file', async () => {
		const empty = { ...TEXT, bytes: Buffer.alloc(0) };
		const input = [await itemWith({ data: TEXT, second: empty })];
		const options = { uploadTags: { tag: [{ name: 'n', value: 'v' }] } };
		const parameters = { binaryPropertyName: 'data, second', options };
		const run = await filestack(credentialsOf(sandbox), 'file', 'store', parameters, { input });
		expect(errorOf(run).message).toContain('cannot be used with an empty file');
		expect(await sandbox.requests()).toEqual([]);
	});
});

it('reports an error if the response contains neither the URL nor the handle of the file', async () => {
	recorder.respond({ body: { size: 5 } });
	expect(errorOf(await record()).message).toBe(
		'Filestack responded without the URL or handle of the file',
	);
});

it('does not retry after the file was sent, and reports that Filestack may have it', async () => {
	await sandbox.fault({
		service: 'filestack',
		origin: 'api',
		fault: { type: 'resetAfterBody' },
	});
	const before = (await files()).length;
	const error = errorOf(await storeFile(sandbox, TEXT));
	expect(error.description).toContain('may have succeeded');
	expect(await files()).toHaveLength(before + 1);
	expect(JSON.stringify(error)).not.toContain(SECRET);
});
