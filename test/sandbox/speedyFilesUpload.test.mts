import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { http } from './support.mts';
import { formOf, Instance, type PackageAnswer, type Problem } from './speedyFilesSupport.mts';

let instance: Instance;
let regular: string;
beforeAll(async () => {
	instance = await Instance.start();
	regular = await instance.tokenOf(2);
});
afterAll(async () => await instance.stop());

const FILE = { name: 'Q4-report.pdf', bytes: '%PDF-1.7', type: 'application/pdf' };

/** Sends a multipart body that no form library would write. */
async function raw(id: string, lines: string[], type = 'multipart/form-data; boundary=b') {
	return await http.post<Problem>(
		`${instance.url}/api/v1/packages/${id}/files`,
		lines.join('\r\n'),
		{ headers: { authorization: `Bearer ${instance.token}`, 'content-type': type } },
	);
}

const part = (disposition: string, ...lines: string[]) => [
	'--b',
	`Content-Disposition: form-data; ${disposition}`,
	...lines,
];

const storedFiles = async () =>
	await readdir(join(instance.bench.folder, 'services/speedyFiles/files'));

describe('uploading a file', () => {
	test('returns 201 with its real size and hash', async () => {
		const { id } = await instance.create();
		const { status, data } = await instance.upload(id, FILE);
		expect(status).toBe(201);
		expect(data).toEqual({
			id: expect.stringMatching(/^[A-Za-z0-9_-]{11}$/) as string,
			original_name: FILE.name,
			size_bytes: FILE.bytes.length,
			sha256: createHash('sha256').update(FILE.bytes).digest('hex'),
			content_type: 'application/pdf',
			state: 'complete',
			duration_ms: expect.any(Number) as number,
			uploaded_at: expect.stringMatching(/\.\d{6}$/) as string,
			created_at: expect.stringMatching(/\.\d{6}$/) as string,
		});
		const { data: shown } = await instance.api<PackageAnswer>('get', `/packages/${id}`);
		expect(shown.files).toEqual([data]);
	});

	test('an empty file has the hash of no bytes', async () => {
		const { id } = await instance.create();
		const { data } = await instance.upload(id, { name: 'empty', bytes: '' });
		expect(data).toMatchObject({
			size_bytes: 0,
			sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
		});
	});

	test.each([
		'Résumé 🎉.pdf',
		'../../../etc/passwd',
		'..',
		'a/b\\c.txt',
		"it's (1).txt",
		'a%2Fb%00.txt',
		'n'.repeat(300),
	])('named %j keeps its name and writes nothing outside its folder', async (name) => {
		const { id } = await instance.create();
		expect((await instance.upload(id, { name, bytes: 'x' })).data.original_name).toBe(name);
		for (const stored of await storedFiles()) expect(stored).toMatch(/^[0-9a-f]{32}$/);
	});

	test('keeps a quote that a browser sends as %22', async () => {
		const { id } = await instance.create();
		const { data } = await instance.upload(id, { name: 'a"b.txt', bytes: 'x' });
		expect(data.original_name).toBe('a%22b.txt');
	});

	test('stores only the last of several files in one request', async () => {
		const { id } = await instance.create();
		const form = formOf({ name: 'first', bytes: '1' });
		form.append('file', new Blob(['2']), 'second');
		form.append('other', new Blob(['3']), 'third');
		form.append('text', 'x');
		const before = (await storedFiles()).length;
		const { data } = await instance.api<PackageAnswer>('post', `/packages/${id}/files`, form);
		expect(data.original_name).toBe('second');
		expect(await storedFiles()).toHaveLength(before + 1);
	});

	test('after finalizing: the same link shows it', async () => {
		const { id, link } = await instance.sent(FILE);
		expect((await instance.upload(id, { name: 'late.txt', bytes: 'x' })).status).toBe(201);
		expect((await http.get<string>(link)).data).toContain('late.txt');
	});

	test.each([
		[
			'a text field instead of a file',
			part('name="file"', '', 'hello', '--b--', ''),
			'value_error',
		],
		['an empty text field', part('name="file"', '', '', '--b--', ''), 'value_error'],
		['another field', part('name="upload"; filename="x"', '', 'x', '--b--', ''), 'missing'],
		['a truncated form', part('name="file"; filename="x"', '', 'hel'), 'missing'],
		['an empty body', [], 'missing'],
	])('%s: 422', async (_what, lines, type) => {
		const { id } = await instance.create();
		const before = (await storedFiles()).length;
		const { status, data } = await raw(id, lines);
		expect(status).toBe(422);
		expect(data.detail).toMatchObject([{ type, loc: ['body', 'file'] }]);
		expect(await storedFiles()).toHaveLength(before);
	});

	const UNREADABLE = 'There was an error parsing the body';
	const whole = part('name="file"; filename="x"', '', 'x', '--b--', '');
	test.each([
		['only the end boundary', ['--b--', ''], UNREADABLE],
		['garbage', ['nonsense', 'nonsense', ''], UNREADABLE],
		['another boundary', whole.map((line) => line.replace('--b', '--c')), UNREADABLE],
		['line breaks without CR', [whole.join('\n')], UNREADABLE],
		['a preamble', ['preamble', ...whole], UNREADABLE],
		['a folded header', part('name="file";', ' filename="x"', '', 'x', '--b--', ''), UNREADABLE],
		['a header without a name', part('name="file"', ': x', '', 'x', '--b--', ''), UNREADABLE],
		[
			'a part without a name',
			part('filename="x"', '', 'x', '--b--', ''),
			'The Content-Disposition header field "name" must be provided.',
		],
		[
			'a part without Content-Disposition',
			['--b', 'Content-Type: text/plain', '', 'x', '--b--', ''],
			'The Content-Disposition header field "name" must be provided.',
		],
		[
			'over 1,000 files',
			[
				...Array.from({ length: 1001 }, () => part('name="a"; filename="x"', '', 'x')).flat(),
				'--b--',
			],
			'Too many files. Maximum number of files is 1000.',
		],
		[
			'over 1,000 fields',
			[...Array.from({ length: 1001 }, () => part('name="a"', '', 'x')).flat(), '--b--'],
			'Too many fields. Maximum number of fields is 1000.',
		],
		[
			'a field over 1 MiB',
			part('name="a"', '', 'x'.repeat(1024 * 1024 + 1), '--b--', ''),
			'Part exceeded maximum size of 1024KB.',
		],
	])('%s: 400', async (_what, lines, detail) => {
		const { id } = await instance.create();
		const before = (await storedFiles()).length;
		const { status, data } = await raw(id, lines);
		expect([status, data]).toEqual([400, { detail }]);
		expect(await storedFiles()).toHaveLength(before);
	});

	test.each([
		['filename="a.txt"', 'a.txt'],
		['filename="say \\"hi\\".txt"', 'say "hi".txt'],
		['filename="say %22hi%22.txt"', 'say %22hi%22.txt'],
		['filename=plain.txt', 'plain.txt'],
		["filename*=UTF-8''na%C3%AFve%20%F0%9F%8E%89.txt", 'naïve 🎉.txt'],
		['filename="plain.txt"; filename*=UTF-8\'\'extended.txt', 'extended.txt'],
		['filename="a;b.txt"', 'a;b.txt'],
		['FileName="upper.txt"', 'upper.txt'],
		['filename="C:\\folder\\a.txt"', 'a.txt'],
	])('with %s is stored as %j', async (parameter, name) => {
		const { id } = await instance.create();
		const { status, data } = await raw(id, part(`name="file"; ${parameter}`, '', 'x', '--b--', ''));
		expect([status, data]).toMatchObject([201, { original_name: name }]);
	});

	test.each([
		[['Content-Type: text/plain; charset=utf-8'], 'text/plain; charset=utf-8'],
		[['Content-Type: IMAGE/PNG'], 'IMAGE/PNG'],
		[['content-type:nonsense'], 'nonsense'],
		[[], null],
	])('with the headers %j has the type %j', async (headers, content_type) => {
		const { id } = await instance.create();
		const { data } = await raw(
			id,
			part('name="file"; filename="x"', ...headers, '', 'x', '--b--', ''),
		);
		expect(data).toMatchObject({ content_type });
	});

	test.each(['\r\n--bx\r\n', '\r\n--', '--b--', 'x\r\n--b\r', '\r\n\r\n--b-\r\n'])(
		'keeps a file with %j, which is similar to the boundary',
		async (bytes) => {
			const { id } = await instance.create();
			const { status, data } = await raw(
				id,
				part('name="file"; filename="x"', '', bytes, '--b--', 'epilogue'),
			);
			const sha256 = createHash('sha256').update(bytes).digest('hex');
			expect([status, data]).toMatchObject([201, { size_bytes: bytes.length, sha256 }]);
		},
	);

	test('is read correctly wherever the connection splits it', async () => {
		const { id } = await instance.create();
		const form = Buffer.from(
			part('name="file"; filename="x"', '', 'a\r\n--\r\nb', '--b--', '').join('\r\n'),
		);
		const sizes = await Promise.all(
			[1, 2, 3, 5, 7].map(async (size) => {
				const pieces = Array.from({ length: Math.ceil(form.length / size) }, (_, index) =>
					form.subarray(index * size, (index + 1) * size),
				);
				const { data } = await http.post<PackageAnswer>(
					`${instance.url}/api/v1/packages/${id}/files`,
					Readable.from(pieces),
					{
						headers: {
							authorization: `Bearer ${instance.token}`,
							'content-type': 'multipart/form-data; boundary=b',
						},
					},
				);
				return data.size_bytes;
			}),
		);
		expect(sizes).toEqual([8, 8, 8, 8, 8]);
	});

	test('rejects JSON or a URL-encoded form with 422', async () => {
		const { id } = await instance.create();
		const fault = { loc: ['body', 'file'] };
		const json = await raw(id, ['{}'], 'application/json');
		expect([json.status, json.data]).toMatchObject([
			422,
			{ detail: [{ ...fault, type: 'missing' }] },
		]);
		const form = await raw(id, ['file=abc'], 'application/x-www-form-urlencoded');
		expect([form.status, form.data]).toMatchObject([
			422,
			{ detail: [{ ...fault, type: 'value_error', input: 'abc' }] },
		]);
	});

	test('no boundary: 400', async () => {
		const { id } = await instance.create();
		const { status, data } = await raw(id, ['x'], 'multipart/form-data');
		expect([status, data]).toEqual([400, { detail: 'Missing boundary in multipart.' }]);
	});

	test('an empty file name: 400', async () => {
		const { id } = await instance.create();
		const { status, data } = await raw(
			id,
			part('name="file"; filename=""', 'Content-Type: text/plain', '', 'x', '--b--', ''),
		);
		expect([status, data]).toEqual([400, { detail: 'filename required' }]);
	});

	test('to a revoked or inbound package: 400', async () => {
		const { id } = await instance.sent(FILE);
		await instance.api('post', `/packages/${id}/revoke`);
		const revoked = await instance.upload(id, FILE);
		expect([revoked.status, revoked.data]).toEqual([
			400,
			{ detail: "package status is 'revoked'" },
		]);
		const inbound = await instance.upload((await instance.asked()).id, FILE);
		expect([inbound.status, inbound.data]).toEqual([
			400,
			{ detail: 'files can only be uploaded to outbound packages via this endpoint' },
		]);
	});

	test('stores nothing if the token or the package is rejected', async () => {
		const before = (await storedFiles()).length;
		const { id } = await instance.create();
		const path = `/packages/${id}/files`;
		expect((await instance.api('post', path, formOf(FILE), 'sf_x')).status).toBe(401);
		expect((await instance.api('post', path, formOf(FILE), regular)).status).toBe(403);
		expect((await instance.upload('x', FILE)).status).toBe(404);
		expect(await storedFiles()).toHaveLength(before);
	});
});
