import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { curl, withCurl } from './curl.mts';
import { App, type Body } from './filesAppSupport.mts';
import { objections } from './openApiSupport.mts';

/** The requests of Files App's docs, made with curl. */
let app: App;
let ask: (path: string, ...args: string[]) => Promise<Body>;
const JSON_TYPE = ['-H', 'Content-Type: application/json'];
beforeAll(async () => {
	app = await App.start();
	const { baseUrl, apiKey } = app.bench.sandbox.info.services.filesApp.credentials;
	ask = async (path, ...args) =>
		await curl<Body>(
			app.bench.folder,
			baseUrl + path,
			'-H',
			`Authorization: Bearer ${apiKey}`,
			...args,
		);
	await writeFile(join(app.bench.folder, 'document.pdf'), 'a document');
	await writeFile(join(app.bench.folder, 'chunk_000'), '01234');
	await writeFile(join(app.bench.folder, 'chunk_001'), '567');
});
afterAll(async () => await app.stop());

withCurl('upload, get, list, share, sync, delete', async () => {
	const created = await ask(
		'/upload',
		'-X',
		'POST',
		'-F',
		'file=@document.pdf',
		'-F',
		'encrypt=true',
	);
	expect(created).toMatchObject({ name: 'document.pdf', size: 10, encrypted: true });
	const { id } = created;
	expect(await ask(`/files/${id}`)).toMatchObject({ ...created, mime_type: 'application/pdf' });
	expect(await ask('/files?page=1&per_page=20&sort=created_at')).toMatchObject({ total: 1 });
	const wishes = { file_id: id, password: 's3cret', expires_in: 168, allow_download: true };
	const shared = await ask('/share', '-X', 'POST', ...JSON_TYPE, '-d', JSON.stringify(wishes));
	expect(shared).toMatchObject({ password_protected: true, allow_download: true });
	expect(
		objections(app.bench.sandbox.documents('filesApp').api, '/share', 'post', { body: wishes }),
	).toBeUndefined();
	const { changes } = await ask('/sync?since=2025-01-15T10:00:00Z');
	expect(changes).toMatchObject([{ id, action: 'created' }]);
	expect(await ask(`/files/${id}`, '-X', 'DELETE')).toEqual({ deleted: true });
});

withCurl('upload in chunks', async () => {
	await app.settings({ chunkSize: 5 });
	const started = { filename: 'large-video.mp4', total_size: 8, total_chunks: 2 };
	expect(
		objections(app.bench.sandbox.documents('filesApp').api, '/chunks/init', 'post', {
			body: started,
		}),
	).toBeUndefined();
	const { upload_id } = await ask(
		'/chunks/init',
		'-X',
		'POST',
		...JSON_TYPE,
		'-d',
		JSON.stringify(started),
	);
	for (const index of [0, 1]) {
		const fields = [`upload_id=${upload_id}`, `chunk_index=${index}`, `data=@chunk_00${index}`];
		const form = fields.flatMap((field) => ['-F', field]);
		expect(await ask('/chunks', '-X', 'POST', ...form)).toEqual({
			chunk_index: index,
			received: true,
		});
	}
	const end = JSON.stringify({ upload_id });
	expect(await ask('/chunks/complete', '-X', 'POST', ...JSON_TYPE, '-d', end)).toMatchObject({
		name: 'large-video.mp4',
		size: 8,
	});
});

test('the OpenAPI document rejects what the docs rule out', () => {
	const at = (path: string, method: string, request: object) =>
		objections(app.bench.sandbox.documents('filesApp').api, path, method, request);
	expect(at('/chunks/init', 'post', { body: { filename: 'a', total_size: 1 } })).toBeDefined();
	expect(at('/share', 'post', { body: { password: 'x' } })).toBeDefined();
	expect(at('/files', 'get', { query: { per_page: 101 } })).toBeDefined();
	expect(at('/files', 'get', { query: { sort: 'date' } })).toBeDefined();
	expect(at('/sync', 'get', { query: {} })).toBeDefined();
	expect(at('/sync', 'get', { query: { since: '2025-01-15T10:00:00Z' } })).toBeUndefined();
});
