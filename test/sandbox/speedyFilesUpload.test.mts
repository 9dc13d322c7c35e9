import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
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
		['an empty text field', part('name="file"', '', '', '--b--', ''), 'missing'],
		['another field', part('name="upload"; filename="x"', '', 'x', '--b--', ''), 'missing'],
		['a truncated form', part('name="file"; filename="x"', '', 'hel'), 'missing'],
		['no parts', ['--b--', ''], 'missing'],
	])('%s: 422', async (_what, lines, type) => {
		const { id } = await instance.create();
		const before = (await storedFiles()).length;
		const { status, data } = await raw(id, lines);
		expect(status).toBe(422);
		expect(data.detail).toMatchObject([{ type, loc: ['body', 'file'] }]);
		expect(await storedFiles()).toHaveLength(before);
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
