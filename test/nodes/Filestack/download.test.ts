/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { createHash, randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { bytesOf, errorOf, outputOf } from '../../support/engine';
import {
	credentialsOf,
	filestack,
	newHandle,
	FilestackServer,
	SECRET,
} from '../../support/filestack';
import { DEFAULTS } from '../../support/filestackProcessing';
import { useSandbox } from '../../support/useSandbox';

const bytes = randomBytes(2 * 1024 * 1024 + 17);
const file = { name: 'Gehaltsabrechnung „März“.bin', type: 'application/x-thing', bytes };
const sha256 = createHash('sha256').update(bytes).digest('hex');
const sandbox = useSandbox();
let handle: string;
const [recorder, elsewhere] = [new FilestackServer(), new FilestackServer()];

beforeAll(async () => {
	await Promise.all([recorder.start(), elsewhere.start()]);
	handle = await newHandle(sandbox, file);
});
afterAll(async () => await Promise.all([recorder.stop(), elsewhere.stop()]));
beforeEach(async () => {
	recorder.reset();
	elsewhere.reset();
});

const download = async (parameters: IDataObject = {}) =>
	await filestack(credentialsOf(sandbox), 'file', 'download', { file: handle, ...parameters });
const record = async (options: IDataObject = {}, credentials = {}) =>
	await recorder.run('download', { options }, credentials);
const fault = (kind: object, more: object = {}) =>
	sandbox.fault({ service: 'filestack', origin: 'cdn', ...more, fault: kind });

it.each(['cdn', 'fileApi'])('downloads a file from %s to n8n’s storage', async (downloadFrom) => {
	const [{ json, binary }] = outputOf(await download({ options: { downloadFrom } }));
	expect(json).toEqual({
		handle,
		name: file.name,
		mimeType: 'application/x-thing',
		size: bytes.length,
		sha256,
		binaryPropertyName: 'data',
	});
	expect(binary!.data.id).toMatch(/^filesystem/);
	expect(await bytesOf(binary!.data)).toEqual(bytes);
	const [{ origin }] = await sandbox.requests();
	expect(origin).toBe(downloadFrom === 'cdn' ? 'cdn' : 'api');
});

it('sends a policy that only allows reading this file, and neither the API key nor the app secret', async () => {
	recorder.respond({ body: 'text' });
	outputOf(await record());
	const [{ path, query, headers }] = recorder.requests;
	const [, policy, signature] = /^\/security=p:([\w=-]+),s:([0-9a-f]{64})\/HANDLE$/.exec(path)!;
	expect(JSON.parse(Buffer.from(policy, 'base64url').toString())).toEqual({
		call: ['read'],
		handle: 'HANDLE',
		expiry: expect.any(Number) as number,
	});
	expect(signature).toHaveLength(64);
	expect(query).toEqual({});
	expect(JSON.stringify(headers)).not.toMatch(/AKEYz|the-app-secret/);
});

it.each([
	[{ cache: false }, /^\/security=[^/]+\/cache=false\/HANDLE$/, []],
	[{ downloadFrom: 'fileApi' }, /^\/api\/file\/HANDLE$/, ['policy', 'signature']],
	[
		{ downloadFrom: 'fileApi', cache: false },
		/^\/api\/file\/HANDLE$/,
		['cache', 'policy', 'signature'],
	],
])('with %j requests %s', async (options, path, fields) => {
	recorder.respond({ body: 'text' });
	outputOf(await record(options));
	expect(recorder.requests[0].path).toMatch(path);
	expect(Object.keys(recorder.requests[0].query).sort()).toEqual(fields);
});

it.each(['cdn', 'fileApi'])(
	'sends an unsigned request to %s without an app secret',
	async (downloadFrom) => {
		recorder.respond({ body: 'text' });
		outputOf(await record({ downloadFrom }, { appSecret: '' }));
		const [{ path, query }] = recorder.requests;
		expect(path).toBe(downloadFrom === 'cdn' ? '/HANDLE' : '/api/file/HANDLE');
		expect(query).toEqual({});
	},
);

it('follows a redirect to another host without sending it the policy', async () => {
	recorder.respond({ status: 302, headers: { location: `${elsewhere.url}/f` }, body: '' });
	elsewhere.respond({ body: 'the file' });
	const [{ binary }] = outputOf(await record());
	expect(String(await bytesOf(binary!.data))).toBe('the file');
	expect(JSON.stringify(elsewhere.requests)).not.toMatch(/eyJ|signature|AKEYz/);
});

it('retrieves the file name from the metadata if the response has none', async () => {
	recorder.respond(({ path }) =>
		path.endsWith('/metadata') ? { body: { filename: '../my photo.jpg' } } : { body: 'x' },
	);
	expect(outputOf(await record())[0].json.name).toBe('my photo.jpg');
	recorder.respond(({ path }) =>
		path.endsWith('/metadata') ? { status: 403, body: {} } : { body: 'x' },
	);
	expect(outputOf(await record())[0].json.name).toBe('HANDLE');
});

it('uses the selected field and file name, and outputs no SHA-256 if it is turned off', async () => {
	const options = { fileName: '../x.bin', sha256: false };
	const [{ json, binary }] = outputOf(await download({ binaryPropertyName: 'photo', options }));
	expect(json.name).toBe('x.bin');
	expect(json.sha256).toBeUndefined();
	expect(Object.keys(binary!)).toEqual(['photo']);
});

it('downloads an empty file', async () => {
	const empty = await newHandle(sandbox, { name: 'empty.txt', bytes: Buffer.alloc(0) });
	const [{ json, binary }] = outputOf(await download({ file: empty }));
	expect(json).toMatchObject({ size: 0, sha256: createHash('sha256').digest('hex') });
	expect(await bytesOf(binary!.data)).toHaveLength(0);
});

describe('Verify Download', () => {
	it('compares the file with the SHA-256 that Filestack computes', async () => {
		const options = { verify: true, sha256: false };
		expect(outputOf(await download({ options }))[0].json).toMatchObject({ sha256, verified: true });
	});

	it('reports both hashes if they differ', async () => {
		const other = '0'.repeat(64);
		recorder.respond(({ path }) =>
			path.endsWith('/metadata')
				? { body: { sha256: other, filename: 'a.txt' } }
				: { headers: { 'content-disposition': 'inline; filename="a.txt"' }, body: 'text' },
		);
		const error = errorOf(await record({ verify: true }));
		expect(error.message).toBe('The downloaded file “a.txt” differs from the one in Filestack');
		expect(error.description).toContain(other);
		expect(error.description).toContain(createHash('sha256').update('text').digest('hex'));
	});
});

it.each(['truncate', 'reset'])('retries the download after a %s', async (type) => {
	await fault({ type }, { times: 2 });
	expect(outputOf(await download())[0].json.sha256).toBe(sha256);
});

it('outputs no file if every response is truncated', async () => {
	await fault({ type: 'truncate' });
	expect(errorOf(await download({ options: { giveUpMinutes: 0 } })).message).toMatch(
		/^Filestack could not be reached/,
	);
});

it('cancels a stalled download', async () => {
	await fault({ type: 'delay', milliseconds: 5_000 });
	const error = errorOf(await download({ options: { stallSeconds: 1 } }));
	expect(error.message).toBe('Filestack: No data was transferred for 1 second');
});

it('reports the CDN’s plain-text error without the policy and signature', async () => {
	const wrong = { ...credentialsOf(sandbox), appSecret: 'wrong' };
	const error = errorOf(await filestack(wrong, 'file', 'download', { file: handle }));
	expect(error.message).toMatch(/^Filestack responded with 403: application \[\d+\] policy error:/);
	expect(error.description).toContain('App Secret');

	const message = `policy error: (signature: "${'ab'.repeat(32)}"; policy "eyJleHBpcnkiOjF9")`;
	recorder.respond({ status: 403, body: message });
	expect(errorOf(await record()).message).toBe(
		'Filestack responded with 403: policy error: (signature: "…"; policy "…")',
	);
});

it('reports that an unknown handle was not found', async () => {
	const error = errorOf(await download({ file: 'unknown' }));
	expect(error.message).toBe('Filestack responded with 404: File not found');
	expect(JSON.stringify(error)).not.toContain(SECRET);
});

it.each([
	['file.download', 'the download of a file', 61],
	['image.resize', 'the download of a result', 16],
])(
	'%s continues %s with a new signature after the first one has expired',
	async (name, _, after) => {
		const now = Date.now();
		const clock = jest.spyOn(Date, 'now').mockImplementation(() => now);
		const expiries: number[] = [];
		recorder.handle(({ url = '', headers }, response) => {
			const [, policy] = /p(?:olicy)?:([\w=-]+)/.exec(decodeURIComponent(url))!;
			expiries.push(Number(/"expiry":(\d+)/.exec(atob(policy))![1]));
			const from = Number(/\d+/.exec(headers.range ?? '0')![0]);
			const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
			const type = { 'content-type': 'image/jpeg', 'content-disposition': 'filename=a.jpg' };
			const length = { 'content-length': bytes.length - from, etag: '"one"' };
			response.writeHead(from > 0 ? 206 : 200, { ...type, ...length, ...(from > 0 && range) });
			if (from > 0) return void response.end(bytes.subarray(from));
			clock.mockImplementation(() => now + after * 60_000);
			response.write(bytes.subarray(0, 100_000), () => setImmediate(() => response.destroy()));
		});
		const [resource, operation] = name.split('.');
		const parameters = { ...DEFAULTS, file: 'HANDLE', width: 10, height: 0, fit: 'clip' };
		const run = await filestack(recorder.credentials(), resource, operation, parameters);
		clock.mockRestore();
		expect(outputOf(run)[0].json).toMatchObject({ sha256 });
		expect(expiries).toHaveLength(2);
		expect(expiries[1] - expiries[0]).toBe(after * 60);
	},
);
