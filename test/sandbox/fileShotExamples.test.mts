import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { curl, withCurl } from './curl.mts';
import { type Body, Shot } from './fileShotSupport.mts';
import { objections } from './openApiSupport.mts';

/** The requests of FileShot's docs, made with curl. */
let shot: Shot;
let ask: (path: string, ...args: string[]) => Promise<Body>;
beforeAll(async () => {
	shot = await Shot.start();
	const { apiKey } = shot.bench.sandbox.info.services.fileShot.credentials;
	ask = async (path, ...args) =>
		await curl<Body>(
			shot.bench.folder,
			...args,
			'-H',
			`Authorization: Bearer ${apiKey}`,
			shot.api + path,
		);
	await writeFile(join(shot.bench.folder, 'document.pdf'), 'a document');
	await writeFile(join(shot.bench.folder, 'chunk0.bin'), '01234');
});
afterAll(async () => await shot.stop());

withCurl('upload, get without a key, list, download, delete', async () => {
	const form = ['file=@document.pdf', 'customSlug=my-doc', 'expiryDays=30'].flatMap((field) => [
		'-F',
		field,
	]);
	const { fileId, downloadUrl } = await ask('/files/upload', '-X', 'POST', ...form);
	expect(downloadUrl).toBe(`${shot.origins.share}/f/my-doc`);
	const info = await curl<Body>(shot.bench.folder, `${shot.api}/files/${fileId}`);
	expect(info).toMatchObject({
		fileName: 'document.pdf',
		fileSize: 10,
		mimeType: 'application/pdf',
	});
	expect((await ask('/files?page=1&limit=20')).files).toMatchObject([{ fileId }]);
	const saved = join(shot.bench.folder, 'saved.pdf');
	await promisify(execFile)('curl', [
		'-sL',
		'--noproxy',
		'*',
		'-o',
		saved,
		`${shot.api}/files/download/${fileId}`,
	]);
	expect(await readFile(saved, 'utf8')).toBe('a document');
	expect(await ask(`/files/${fileId}`, '-X', 'DELETE')).toEqual({ success: true });
});

withCurl('upload a chunk', async () => {
	const { fileId } = await ask('/files/init-upload', '-X', 'POST');
	const type = ['-H', 'Content-Type: application/octet-stream'];
	const chunk = await ask(
		`/files/upload-chunk/${fileId}/0`,
		'-X',
		'POST',
		...type,
		'--data-binary',
		'@chunk0.bin',
	);
	expect(chunk).toMatchObject({ success: true, chunkIndex: 0 });
	expect(await shot.bytes(fileId)).toBe('01234');
});

test('the OpenAPI document rejects what the docs rule out', () => {
	const at = (path: string, method: string, request: object) =>
		objections(shot.bench.sandbox.documents('fileShot').api, path, method, request);
	expect(at('/files', 'get', { query: { page: 1, limit: 100 } })).toBeUndefined();
	expect(at('/files', 'get', { query: { limit: 101 } })).toBeDefined();
	expect(at('/files', 'get', { query: { page: 0 } })).toBeDefined();
	expect(at('/files/pre-upload', 'post', { body: { fileName: 'a' } })).toBeDefined();
	expect(at('/files/init-upload', 'post', {})).toBeUndefined();
});
