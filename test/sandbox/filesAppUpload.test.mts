import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from 'node:http';
import { App } from './filesAppSupport.mts';
import { form, sha256, text } from './formSupport.mts';
import { http } from './support.mts';

let app: App;
beforeAll(async () => (app = await App.start()));
afterAll(async () => await app.stop());

/** Returns the number of blobs on disk, to check that rejected uploads leave nothing behind. */
const stored = async () =>
	(await readdir(join(app.bench.folder, 'services/filesApp/files'))).length;
const refusal = (status: number, code: string, message: unknown = expect.any(String)) => ({
	status,
	data: { error: { code, message } },
});

describe('an upload in one request', () => {
	test('stores the bytes, the name, the type and the options', async () => {
		const content = 'x'.repeat(70_000);
		const fields = { folder_id: 'folder_1', encrypt: 'false', file: text(content) };
		const { status, data } = await app.form('/upload', fields, 'document.pdf');
		expect(status).toBe(200);
		expect(data).toMatchObject({ name: 'document.pdf', size: 70_000, encrypted: false });
		expect(sha256(await app.bytes(data.id))).toBe(sha256(content));
		expect((await app.get('/files', { folder_id: 'folder_1' })).data.files).toMatchObject([
			{ id: data.id },
		]);
		expect((await app.get(`/files/${data.id}`)).data.mime_type).toBe('text/plain');
	});

	test('is encrypted by default, may be empty, and its fields may follow the file', async () => {
		const { data } = await app.form('/upload', { file: text(''), folder_id: 'late' });
		expect(data).toMatchObject({ size: 0, encrypted: true });
		expect((await app.get('/files', { folder_id: 'late' })).data.total).toBe(1);
	});

	const names = [
		'../../etc/passwd',
		'..',
		'a/b',
		'Résumé 🎉.pdf',
		`"q" 'x'`,
		'n'.repeat(300),
		'C:\\x',
	];
	test.each(names)('keeps the name %j and stores the file under a generated name', async (name) => {
		const id = await app.upload(name, 'abc');
		expect((await app.get(`/files/${id}`)).data.name).toBe(name);
		expect(await app.bytes(id)).toBe('abc');
	});

	const wrong: [string, FormData | string | object, string][] = [
		['no file', form({ encrypt: 'true' }, ''), 'file is required'],
		['a file in another field', form({ data: text('abc') }, 'a'), 'file is required'],
		['a file without a name', form({ file: text('abc') }, ''), 'file is required'],
		[
			'encrypt=yes',
			form({ file: text('abc'), encrypt: 'yes' }, 'a'),
			'encrypt must be true or false',
		],
		[
			'a name that is too long',
			form({ file: text('abc') }, 'n'.repeat(1001)),
			expect.stringContaining('1000') as string,
		],
		[
			'a folder that is too long',
			form({ file: text('abc'), folder_id: 'f'.repeat(101) }, 'a'),
			expect.stringContaining('folder_id') as string,
		],
		['JSON', { file: 'abc' }, 'Content-Type must be multipart/form-data'],
	];
	test.each(wrong)('with %s: 400, stores nothing', async (_what, body, message) => {
		const before = await stored();
		expect(await app.http.post('/upload', body)).toMatchObject(
			refusal(400, 'bad_request', message),
		);
		expect(await stored()).toBe(before);
	});

	test('that is aborted stores nothing', async () => {
		const before = await stored();
		const headers = { 'content-type': 'multipart/form-data; boundary=b' };
		const body = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc';
		const response = await app.http.post('/upload', body, { headers });
		expect(response).toMatchObject(refusal(400, 'bad_request'));
		expect(await stored()).toBe(before);
	});

	test('that is too large: 413, stores nothing', async () => {
		const before = await stored();
		await app.settings({ maxUploadBytes: 10 });
		const response = await app.form('/upload', { file: text('x'.repeat(11)) });
		expect(response).toMatchObject(refusal(413, 'file_too_large', 'File exceeds plan limit'));
		expect((await app.form('/upload', { file: text('x'.repeat(10)) })).status).toBe(200);
		await app.settings({ maxUploadBytes: 100_000_000 });
		expect(await stored()).toBe(before + 1);
	});

	test('responds with 201 if configured', async () => {
		await app.settings({ createdStatus: '201' });
		expect((await app.form('/upload', { file: text('abc') })).status).toBe(201);
		await app.settings({ createdStatus: '200' });
	});

	test('reports a wrong size with the fault wrongSize', async () => {
		const fault = { service: 'filesApp', times: 1, fault: { type: 'wrongSize' } };
		await app.bench.control('post', '/api/faults', fault);
		const { data } = await app.form('/upload', { file: text('abc') });
		expect(data.size).toBe(4);
		expect((await app.get(`/files/${data.id}`)).data.size).toBe(3);
	});
});

test('a rejected upload does not break the connection', async () => {
	await app.settings({ maxUploadBytes: 10 });
	const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 });
	const headers = app.http.defaults.headers.common as Record<string, string>;
	const config = { httpAgent, headers: { authorization: headers.authorization } };
	const large = form({ file: text('x'.repeat(3_000_000)) }, 'a');
	expect((await http.post(`${app.api}/upload`, large, config)).status).toBe(413);
	expect((await http.get(`${app.api}/files`, config)).status).toBe(200);
	httpAgent.destroy();
	await app.settings({ maxUploadBytes: 100_000_000 });
});
