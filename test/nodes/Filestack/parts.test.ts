import { createHash, randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { inMemory, itemWith } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { credentialsOf, filestack, storeFile, useFilestackServer } from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';
import type { SandboxRequest } from '../../support/sandbox';
import { waits } from '../../support/waits';

const MIB = 1024 * 1024;
const bytes = randomBytes(11 * MIB + 17);
const big = { name: 'big „März“.bin', type: 'application/x-thing', bytes };
const small = { name: 'small.txt', type: 'text/plain', bytes: Buffer.from('small') };
const sha256 = createHash('sha256').update(bytes).digest('hex');
const inParts = { thresholdMb: 1, partSizeMb: 5 };
const sandbox = useSandbox();
const recorder = useFilestackServer();

const calls = async () =>
	(await sandbox.requests()).map(({ origin, method, path }: SandboxRequest) =>
		origin === 'storage' ? `${method} part` : `${method} ${path}`,
	);
const count = (list: string[], call: string) => list.filter((entry) => entry === call).length;
const fault = (origin: string, kind: object, more: object = {}) =>
	sandbox.fault({ service: 'filestack', origin, ...more, fault: kind });

describe('a large file', () => {
	it('is uploaded in parts and stored unchanged', async () => {
		const options = { ...inParts, path: 'big/', verify: true };
		const [{ json }] = outputOf(await storeFile(sandbox, big, options));
		expect(json).toMatchObject({
			handle: expect.any(String) as string,
			name: big.name,
			size: bytes.length,
			mimeType: 'application/x-thing',
			status: 'Stored',
			key: expect.stringMatching(/^big\//) as string,
			sha256,
			verified: true,
			parts: 3,
			binaryPropertyName: 'data',
		});
		const sent = await calls();
		expect(sent[0]).toBe('POST /multipart/start');
		expect(count(sent, 'POST /multipart/upload')).toBe(3);
		expect(count(sent, 'PUT part')).toBe(3);
		expect(count(sent, 'POST /multipart/complete')).toBeGreaterThanOrEqual(1);
	});

	it('is sent to the storage without credentials', async () => {
		outputOf(await storeFile(sandbox, big, inParts));
		const parts = (await sandbox.requests()).filter(({ origin }) => origin === 'storage');
		expect(parts.map(({ status }) => status)).toEqual([200, 200, 200]);
		for (const { path } of parts) expect(path).not.toContain(credentialsOf(sandbox).apiKey);
	});

	it('is uploaded in parts of at least 5 MiB (the minimum of S3), even if Part Size is smaller', async () => {
		const options = { thresholdMb: 1, partSizeMb: 1 };
		expect(outputOf(await storeFile(sandbox, big, options))[0].json.parts).toBe(3);
	});

	it('is uploaded in one request if it is below the threshold', async () => {
		const [{ json }] = outputOf(await storeFile(sandbox, big, { thresholdMb: 12 }));
		expect(json).toMatchObject({ size: bytes.length, sha256 });
		expect(json).not.toHaveProperty('parts');
		expect(await calls()).toEqual(['POST /api/store/S3']);
	});

	it('is uploaded in one request with Base64 Decode, which Filestack does not support for parts', async () => {
		const encoded = { ...big, bytes: Buffer.from(bytes.toString('base64')) };
		const options = { ...inParts, base64Decode: true };
		expect(outputOf(await storeFile(sandbox, encoded, options))[0].json.size).toBe(bytes.length);
	});

	it('is also uploaded in parts if n8n stores it in memory', async () => {
		const input = [{ json: {}, binary: { data: inMemory(big) } }];
		const parameters = { options: { ...inParts, sha256: false } };
		const run = await filestack(credentialsOf(sandbox), 'file', 'store', parameters, { input });
		const [{ json }] = outputOf(run);
		expect(json).toMatchObject({ size: bytes.length, parts: 3 });
		expect(json).not.toHaveProperty('sha256');
	});
});

describe('a small file', () => {
	it('is uploaded in parts if it has tags or workflows, which the store call does not support', async () => {
		const tags = { tag: [{ name: 'case', value: 'CUST-1' }] };
		const options = { uploadTags: tags, workflowIds: 'w1, w2' };
		const [{ json }] = outputOf(await storeFile(sandbox, small, options));
		expect(json).toMatchObject({ parts: 1, uploadTags: { case: 'CUST-1' } });
		expect((await calls())[0]).toBe('POST /multipart/start');
	});
});

describe('a multipart upload', () => {
	/** Responds like the upload API; the storage is on the same host, under /part. */
	const uploadApi = (
		override: (path: string, times: number) => IDataObject | undefined = () => undefined,
	) => {
		const times: Record<string, number> = {};
		recorder.respond(({ path }) => {
			times[path] = (times[path] ?? 0) + 1;
			const overridden = override(path, times[path]);
			if (overridden) return { body: {}, ...overridden };
			if (path === '/multipart/start') {
				const location_url = recorder.url.replace('http://', '');
				return { body: { uri: '/b/k', region: 'eu', upload_id: 'U1', location_url } };
			}
			if (path === '/multipart/upload') {
				const headers = { Authorization: 'AWS4 x', 'x-amz-date': '20260101T000000Z' };
				return { body: { url: `${recorder.url}/part?sign=1`, headers, location_url: 'x' } };
			}
			if (path === '/part') return { headers: { etag: '"e1"' }, body: '' };
			return { body: { handle: 'H', url: 'https://cdn/H', size: 5, mimetype: 'text/plain' } };
		});
	};
	const store = async (options: IDataObject = {}, storage = 'S3') =>
		await filestack(
			recorder.credentials(),
			'file',
			'store',
			{ storage, options: { workflowIds: 'w', ...options } },
			{ input: [await itemWith({ data: small })] },
		);
	const bodyOf = (path: string) =>
		JSON.parse(String(recorder.requests.find((one) => one.path === path)!.body)) as IDataObject;

	it('sends the same requests as Filestack’s own client', async () => {
		uploadApi();
		outputOf(await store({ path: 'p/', container: 'c', access: 'public' }));
		const credentials = {
			apikey: 'AKEYz',
			policy: expect.any(String) as string,
			signature: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
		};
		const target = {
			location: 's3',
			path: 'p/',
			container: 'c',
			access: 'public',
			workflows: ['w'],
		};
		const fileInfo = { filename: 'small.txt', mimetype: 'text/plain', size: 5 };
		expect(bodyOf('/multipart/start')).toEqual({ ...credentials, ...fileInfo, store: target });
		const upload = { ...credentials, uri: '/b/k', region: 'eu', upload_id: 'U1', store: target };
		expect(bodyOf('/multipart/upload')).toEqual({
			...upload,
			part: 1,
			size: 5,
			md5: createHash('md5').update(small.bytes).digest('base64'),
		});
		expect(bodyOf('/multipart/complete')).toEqual({
			...upload,
			...fileInfo,
			parts: [{ part_number: 1, etag: '"e1"' }],
		});
		for (const { path, query } of recorder.requests) {
			expect(query).toEqual(path === '/part' ? { sign: '1' } : {});
		}
		const policy = JSON.parse(
			Buffer.from(String(bodyOf('/multipart/start').policy), 'base64url').toString(),
		) as object;
		expect(policy).toMatchObject({ call: ['pick', 'store'] });
	});

	it('sends a part with the headers of its upload URL and without credentials', async () => {
		uploadApi();
		outputOf(await store());
		const { bytes, headers } = recorder.requests.find(({ path }) => path === '/part')!;
		expect(bytes).toEqual(small.bytes);
		expect(headers).toMatchObject({
			authorization: 'AWS4 x',
			'x-amz-date': '20260101T000000Z',
			'content-length': '5',
		});
		expect(JSON.stringify(headers)).not.toContain('AKEYz');
	});

	it.each(['azure', 'gcs', 'dropbox', 'rackspace'])(
		'sends the storage %s as the location',
		async (storage) => {
			uploadApi();
			outputOf(await store({}, storage));
			expect(bodyOf('/multipart/start').store).toMatchObject({ location: storage });
		},
	);

	it('repeats the completion every second while Filestack assembles the parts', async () => {
		uploadApi((path, times) =>
			path === '/multipart/complete' && times <= 2 ? { status: 202, body: '' } : undefined,
		);
		expect(outputOf(await store())[0].json.handle).toBe('H');
		expect(recorder.requests.filter(({ path }) => path === '/multipart/complete')).toHaveLength(3);
		expect(waits).toEqual([1000, 1000]);
	});

	it('requests a new upload URL if the storage reports that the old one has expired', async () => {
		const xml = '<Error><Code>RequestTimeTooSkewed</Code><Message>Too large.</Message></Error>';
		uploadApi((path, times) =>
			path === '/part' && times === 1 ? { status: 403, body: xml } : undefined,
		);
		expect(outputOf(await store())[0].json.handle).toBe('H');
		expect(recorder.requests.map(({ path }) => path)).toEqual([
			'/multipart/start',
			'/multipart/upload',
			'/part',
			'/multipart/upload',
			'/part',
			'/multipart/complete',
		]);
	});

	it('fails with the storage’s error message if the storage rejects a part permanently', async () => {
		const xml = '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
		uploadApi((path) => (path === '/part' ? { status: 403, body: xml } : undefined));
		const error = errorOf(await store());
		expect(error.message).toBe('Filestack’s object storage responded with 403: Access Denied');
		expect(error.description).toContain('0 of 1 parts were uploaded');
		expect(recorder.requests.filter(({ path }) => path === '/part')).toHaveLength(1);
	});

	it('fails if the storage returns no ETag', async () => {
		uploadApi((path) => (path === '/part' ? { body: '' } : undefined));
		expect(errorOf(await store()).message).toContain('the response has no ETag');
	});

	it.each([
		{},
		{ uri: '/b/k', region: 'eu', upload_id: 'U1' },
		{ uri: '/b/k', region: 'eu', upload_id: 'U1', location_url: 'evil/path' },
		{ uri: '/b/k', region: 'eu', upload_id: 'U1', location_url: 'user@evil' },
	])('rejects %j as the response to the start of an upload', async (body) => {
		uploadApi((path) => (path === '/multipart/start' ? { body } : undefined));
		// Another name, so that no failed upload of an earlier test is continued.
		expect(errorOf(await store({ fileName: 'start.txt' })).message).toContain(
			'Filestack responded without the upload details',
		);
		expect(recorder.requests).toHaveLength(1);
	});
});

describe('on a failure', () => {
	it.each([
		['reset', 'storage', { type: 'reset' }],
		['503', 'storage', { type: 'status', status: 503 }],
	])('retries only the part that ended in a %s', async (_, origin, kind) => {
		await fault(origin, kind, { times: 1 });
		expect(outputOf(await storeFile(sandbox, big, inParts))[0].json).toMatchObject({ sha256 });
		expect(count(await calls(), 'PUT part')).toBe(4);
		expect(count(await calls(), 'POST /multipart/start')).toBe(1);
	});

	it('retries a call of the upload API after a temporary failure', async () => {
		await fault('upload', { type: 'status', status: 503 }, { times: 1 });
		expect(outputOf(await storeFile(sandbox, big, inParts))).toHaveLength(1);
	});

	it('signs a call again that is retried after its policy has expired', async () => {
		const { host } = new URL(recorder.url);
		const started = { uri: '/u', region: 'r', upload_id: 'i', location_url: host };
		const now = Date.now();
		const clock = jest.spyOn(Date, 'now').mockImplementation(() => now);
		const expiries: number[] = [];
		recorder.respond(({ path, body }) => {
			if (path.endsWith('/start')) return { body: started };
			if (path === '/part') return { headers: { etag: '"e"' }, body: '' };
			if (path.endsWith('/complete')) return { body: { handle: 'HANDLE', size: bytes.length } };
			const { policy } = JSON.parse(body) as { policy: string };
			expiries.push(Number(/"expiry":(\d+)/.exec(atob(policy))![1]));
			if (expiries.length > 1) return { body: { url: `${recorder.url}/part`, headers: {} } };
			clock.mockImplementation(() => now + 20 * 60_000);
			return { status: 503 };
		});
		outputOf(await recorder.run('store', { options: { ...inParts, partsAtOnce: 1 } }, {}, big));
		clock.mockRestore();
		expect(expiries[1] - expiries[0]).toBe(20 * 60);
	});

	it('reports the uploaded parts if another part always fails', async () => {
		await fault('storage', { type: 'status', status: 400 }, { nth: 3, times: 50 });
		const error = errorOf(await storeFile(sandbox, big, { ...inParts, partsAtOnce: 1 }));
		expect(error.message).toMatch(/^Filestack’s object storage responded with 400/);
		expect(error.description).toContain('2 of 3 parts were uploaded (1–2)');
		expect(await calls()).not.toContain('POST /multipart/complete');
	});

	it('reports that the file may still appear if every response to the completion is lost', async () => {
		const path = '/multipart/complete';
		await fault('upload', { type: 'resetAfterBody' }, { path });
		const options = { ...inParts, giveUpMinutes: 0 };
		expect(errorOf(await storeFile(sandbox, big, options)).description).toContain(
			'All parts were uploaded, so the file may still appear',
		);
	});

	it('reports both sizes if the stored size differs', async () => {
		await fault('upload', { type: 'wrongSize' });
		const error = errorOf(await storeFile(sandbox, big, inParts));
		expect(error.description).toContain(
			`${bytes.length}, but the service reports ${bytes.length + 1}`,
		);
	});

	it('reports the service’s error message for a wrong API key', async () => {
		const credentials = { ...credentialsOf(sandbox), apiKey: 'wrong' };
		const run = await filestack(
			credentials,
			'file',
			'store',
			{ options: inParts },
			{ input: [await itemWith({ data: big })] },
		);
		expect(errorOf(run).message).toBe('Filestack responded with 401: Invalid Application');
	});
});
