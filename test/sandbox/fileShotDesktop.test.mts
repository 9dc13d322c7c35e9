import { Shot } from './fileShotSupport.mts';
import { text } from './formSupport.mts';
import { http } from './support.mts';

let shot: Shot;
const begin = async (path: string, body: object) => (await shot.post(path, body)).data.fileId;
const finalize = async (fileId: string) => await shot.post(`/files/finalize-upload/${fileId}`, {});
const missing = { status: 404, data: { error: expect.any(String) as string } };

describe('the desktop profile: pre-upload, forms, finalize', () => {
	beforeAll(async () => (shot = await Shot.start({ dialect: 'desktop' })));
	afterAll(async () => await shot.stop());
	const BEGIN = {
		fileName: 'report.pdf',
		fileSize: 10,
		isZeroKnowledge: 'false',
		originalFileName: 'report.pdf',
		originalFileSize: 10,
		originalMimeType: 'application/pdf',
		isPasswordProtected: 'false',
		expirationDays: 500,
		maxDownloads: null,
		customLink: '',
	};
	const preUpload = async (changes: object = {}) =>
		await begin('/files/pre-upload', { ...BEGIN, ...changes });

	test('accepts chunks in any order; only finalize creates the file', async () => {
		const id = await preUpload();
		await shot.part(id, 1, '56789', { totalChunks: '2', isLastChunk: 'true' });
		expect(await finalize(id)).toMatchObject({ status: 400, data: { error: 'Missing chunks: 0' } });
		await shot.part(id, 0, '01234', { totalChunks: '2', isLastChunk: 'false' });
		expect(await shot.get(`/files/info/${id}`)).toMatchObject(missing);
		const { status, data } = await finalize(id);
		expect([status, data.fileSize]).toEqual([200, 10]);
		// A retry, as after a lost response.
		expect((await finalize(id)).data).toEqual(data);
		expect((await shot.get(`/files/info/${id}`)).data).toMatchObject({
			fileName: 'report.pdf',
			mimeType: 'application/pdf',
			isZeroKnowledge: false,
		});
		// 500 days are reduced to one year.
		const days = (Date.parse(data.expiresAt) - Date.now()) / 86_400_000;
		expect(days).toBeCloseTo(365, 1);
		expect(await shot.bytes(id)).toBe('0123456789');
	});

	test('accepts the plain size for an encrypted file', async () => {
		const id = await preUpload({
			isZeroKnowledge: 'true',
			fileSize: 6,
			originalFileSize: 6,
			fileName: 'r.pdf.encrypted',
		});
		await shot.part(id, 0, 'ciphertext', { totalChunks: '1' });
		expect((await finalize(id)).data.fileSize).toBe(10);
		expect((await shot.get(`/files/info/${id}`)).data).toMatchObject({
			fileName: 'report.pdf',
			isZeroKnowledge: true,
		});
		const first = await shot.get(`/files/download/${id}`);
		expect(first.headers['x-is-zero-knowledge']).toBe('true');
		const second = await http.get<string>(String(first.headers.location));
		expect([second.headers['x-is-zero-knowledge'], second.data]).toEqual(['true', 'ciphertext']);
	});

	test('rejects an encrypted file of neither the announced nor the original size', async () => {
		const id = await preUpload({ isZeroKnowledge: 'true', fileSize: 11, originalFileSize: 6 });
		await shot.part(id, 0, 'ciphertext', { totalChunks: '1' });
		expect(await finalize(id)).toMatchObject({
			status: 400,
			data: { error: 'The chunks have 10 bytes instead of 11' },
		});
	});

	test('rejects missing and invalid data', async () => {
		const id = await preUpload();
		expect((await shot.raw(id, 0, 'abc')).status).toBe(415);
		const url = `/files/upload-chunk/${id}/0`;
		expect(await shot.form(url, { data: text('abc') })).toMatchObject({
			status: 400,
			data: { error: 'chunk is required' },
		});
		expect((await shot.form(url, { chunk: text('abc'), totalChunks: '0' })).status).toBe(400);
		expect((await shot.form(url, { chunk: text('abc'), isLastChunk: 'maybe' })).status).toBe(400);
		expect(await finalize('0')).toMatchObject(missing);
		expect(await finalize(id)).toMatchObject({ status: 400 });
		expect((await shot.post('/files/pre-upload', { ...BEGIN, fileName: '' })).status).toBe(400);
		expect((await shot.post('/files/pre-upload', { ...BEGIN, fileSize: null })).status).toBe(400);
		expect(await shot.post('/files/init-upload')).toMatchObject(missing);
		expect((await shot.get('/files')).status).toBe(404);
		expect((await shot.get(`/files/${id}`)).status).toBe(404);
	});

	test('expires a file that has reached its download limit', async () => {
		const id = await preUpload({ fileSize: 3, maxDownloads: 1 });
		await shot.part(id, 0, 'abc');
		await finalize(id);
		expect(await shot.bytes(id)).toBe('abc');
		expect(await shot.get(`/files/download/${id}`)).toMatchObject(missing);
	});

	test('has its own paths for listing and deleting; has account, folder and move calls', async () => {
		const id = await preUpload({ fileSize: 3 });
		await shot.part(id, 0, 'abc');
		await finalize(id);
		const { folderId } = (await shot.post('/folders/', { name: 'Invoices' })).data;
		expect((await shot.post('/files/move', { fileIds: [id], folderId })).status).toBe(200);
		expect((await shot.get('/files/my-files')).data.files[0]).toMatchObject({
			fileId: id,
			folderId,
		});
		expect((await shot.get('/folders/')).data).toEqual({
			folders: [{ folderId, name: 'Invoices' }],
		});
		expect((await shot.get('/files/usage')).data).toMatchObject({ limit: null, tier: 'creator' });
		expect((await shot.get('/auth/me')).data).toMatchObject({ user: { tier: 'creator' } });
		expect((await shot.delete(`/folders/${folderId}`)).status).toBe(200);
		expect((await shot.get('/files/my-files')).data.files[0].folderId).toBeNull();
		for (const body of [{ fileIds: 'x' }, { fileIds: ['0'] }, { fileIds: [id], folderId: 'no' }]) {
			expect([400, 404]).toContain((await shot.post('/files/move', body)).status);
		}
		expect((await shot.delete(`/files/delete/${id}`)).data).toEqual({ success: true });
		expect(await shot.get(`/files/info/${id}`)).toMatchObject(missing);
	});
});

describe('both profiles', () => {
	beforeAll(async () => (shot = await Shot.start({ dialect: 'both' })));
	afterAll(async () => await shot.stop());

	test.each([
		['init-upload', 'raw'],
		['init-upload', 'part'],
		['pre-upload', 'raw'],
		['pre-upload', 'part'],
	] as const)('accept %s with %s chunks; finalize is optional', async (path, kind) => {
		const id = await begin(`/files/${path}`, { fileName: 'a', fileSize: 4 });
		await shot[kind](id, 1, 'cd');
		await shot[kind](id, 0, 'ab');
		expect((await shot.get(`/files/${id}`)).data.fileSize).toBe(4);
		expect((await finalize(id)).status).toBe(200);
		expect(await shot.bytes(id)).toBe('abcd');
	});

	test('complete an upload without an announcement by finalize', async () => {
		const id = await begin('/files/init-upload', {});
		await shot.raw(id, 0, 'ab');
		await shot.raw(id, 1, 'cd');
		expect((await finalize(id)).data.fileSize).toBe(4);
		expect(await shot.bytes(id)).toBe('abcd');
	});

	test('continue after a restart', async () => {
		const first = await Shot.start({ dialect: 'both' });
		const started = await first.post('/files/pre-upload', { fileName: 'a', fileSize: 4 });
		await first.raw(started.data.fileId, 0, 'ab');
		await first.stop({ keep: true });
		const second = await Shot.start({}, first.bench.folder);
		await second.raw(started.data.fileId, 1, 'cd');
		expect(await second.bytes(started.data.fileId)).toBe('abcd');
		await second.stop();
	});
});
