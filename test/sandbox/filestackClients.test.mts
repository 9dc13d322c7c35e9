import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import sharp from 'sharp';
import { curl as fetched, withCurl } from './curl.mts';
import { handleOf, Stack, type Stored } from './filestackSupport.mts';
import { objections } from './openApiSupport.mts';

let stack: Stack;
beforeAll(async () => (stack = await Stack.start()));
afterAll(async () => await stack.bench.stop());

/** Returns curl's output; runs in the folder with the test's files. */
const curl = async <T,>(...parameters: string[]) =>
	await fetched<T>(stack.bench.folder, ...parameters);

describe("the docs' examples, with other hosts and keys", () => {
	const proof = () => new URLSearchParams({ ...stack.sign() }).toString();

	withCurl('store a URL and a file with curl', async () => {
		const store = `${stack.origins.api}/api/store/S3?key=${stack.apiKey}`;
		await stack.settings({ security: 'off' });
		const source = `${stack.origins.developer}/assets/style.css`;
		const fromUrl = await curl<Stored>('-X', 'POST', '-d', `url=${source}`, store);
		expect(fromUrl).toMatchObject({ filename: 'style.css', type: 'text/css' });
		await writeFile(join(stack.bench.folder, 'filename.png'), 'a picture');
		const fromFile = await curl<Stored>(
			...['-X', 'POST', '--data-binary', '@filename.png'],
			...['--header', 'Content-Type:image/png', store],
		);
		expect(Object.keys(fromFile)).toEqual(['url', 'size', 'type', 'filename', 'key']);
		expect(fromFile).toMatchObject({ size: 9, type: 'image/png' });
		await stack.settings({ security: 'on' });
	});

	withCurl('overwrite with curl, with a policy and with the app secret', async () => {
		const handle = await stack.handle('old');
		await writeFile(join(stack.bench.folder, 'filename.txt'), 'nineteen characters');
		const response = await curl(
			...['-X', 'POST', '--data-binary', '@filename.txt', '--header', 'Content-Type:text/plain'],
			`${stack.file(handle)}?${proof()}`,
		);
		expect(response).toMatchObject({ mimetype: 'text/plain', isWriteable: true, size: 19 });
		const source = `${stack.origins.developer}/assets/style.css`;
		const basic = ['-u', `app:${stack.appSecret}`, '-d', `url=${source}`];
		const overwritten = await curl('-X', 'POST', ...basic, stack.file(handle));
		expect(overwritten).toMatchObject({ mimetype: 'text/css' });
	});

	withCurl('get metadata, download and delete with curl', async () => {
		const handle = await stack.handle('[1]');
		const metadata = await curl('-X', 'GET', `${stack.file(handle, '/metadata')}?${proof()}`);
		expect(metadata).toMatchObject({ size: 3, location: 'S3' });
		expect(await curl(`${stack.file(handle)}?dl=true&${proof()}`)).toEqual([1]);
		const url = `${stack.file(handle)}?key=${stack.apiKey}&${proof()}`;
		expect(await curl('-X', 'DELETE', url)).toEqual({});
	});

	withCurl('upload multipart with curl, as in the older docs', async () => {
		await stack.settings({ uploadBody: 'any' });
		await writeFile(join(stack.bench.folder, 'a.txt'), 'abc');
		const url = `${stack.origins.api}/api/store/S3?key=${stack.apiKey}&${proof()}`;
		const stored = await curl('-F', 'fileUpload=@a.txt', url);
		expect(stored).toMatchObject({ filename: 'a.txt', type: 'text/plain', size: 3 });
		await stack.settings({ uploadBody: 'documented' });
	});

	test('send requests that conform to the OpenAPI documents', () => {
		const { policy, signature } = stack.sign();
		const named = { apikey: 'A', filename: 'a', mimetype: 'a/b', size: 1, store: null };
		const known = { ...named, uri: '/u', region: 'r', upload_id: 'i', policy, signature };
		const { documents } = stack;
		const params = { handle: 'h' };
		const requests: [string, string, string, object][] = [
			['api', '/api/store', 'post', { query: { key: 'A', filename: 'a' } }],
			['api', '/api/file/{handle}', 'post', { params, query: { policy, signature } }],
			['api', '/api/file/{handle}', 'delete', { params, query: { key: 'A', policy, signature } }],
			['api', '/api/file/{handle}/metadata', 'get', { params, query: { md5: 'true' } }],
			['process', '/process', 'post', { body: { apikey: 'A', sources: ['http://x'] } }],
			['upload', '/multipart/start', 'post', { body: named }],
			['upload', '/multipart/upload', 'post', { body: { ...known, part: 1 } }],
			['upload', '/multipart/complete', 'post', { body: known }],
		];
		for (const [origin, path, method, request] of requests) {
			expect([path, objections(documents[origin], path, method, request)]).toEqual([
				path,
				undefined,
			]);
		}
		const wrong = objections(documents.upload, '/multipart/start', 'post', {
			body: { apikey: 'A' },
		});
		expect(wrong).toMatchObject({ status: 400 });
	});
});

describe('the official SDK (filestack-js)', () => {
	test('uploads in parts, gets metadata, downloads, overwrites, processes and deletes', async () => {
		const bytes = randomBytes(11 * 2 ** 20);
		const path = join(stack.bench.folder, 'sdk upload.bin');
		await writeFile(path, bytes);
		const image = join(stack.bench.folder, 'photo.jpg');
		const canvas = { width: 80, height: 60, channels: 3, background: 'red' } as const;
		await sharp({ create: canvas }).jpeg().toFile(image);
		const child = spawn(process.execPath, ['test/sandbox/filestackSdk.mjs']);
		const { origins, credentials } = stack.bench.sandbox.info.services.filestack;
		child.stdin.end(JSON.stringify({ origins, credentials, path, image }));
		const [output, problem] = await Promise.all([text(child.stdout), text(child.stderr)]);
		expect(problem).toBe('');
		const results = JSON.parse(output) as Record<string, Record<string, unknown>>;
		const { handle, url } = results.uploaded;
		expect(results.uploaded).toMatchObject({ size: bytes.length, status: 'Stored' });
		expect(handleOf(String(url))).toBe(handle);
		expect(results.metadata).toEqual({
			...{ handle, size: bytes.length, filename: 'sdk upload.bin' },
			sha256: createHash('sha256').update(bytes).digest('hex'),
		});
		expect(results.downloaded).toBe(bytes.length);
		expect(results.byUrl).toMatchObject({
			filename: 'style.css',
			type: 'text/css',
			mimetype: 'text/css',
		});
		expect(results.overwritten).toMatchObject({ mimetype: 'text/markdown', size: 13 });
		expect(results.after).toEqual({ handle, mimetype: 'text/markdown', size: 13 });
		expect(results.removed).toEqual([200, 200, 404]);
		expect(await stack.list('files')).not.toContainEqual(expect.objectContaining({ id: handle }));
		await expectProcessed(results.processed as Processed);
	});
});

/** Status, type and content in Base64 of the result of each URL that the SDK has built. */
type Processed = Record<string, [status: number, type: string, content: string]>;

async function expectProcessed(processed: Processed): Promise<void> {
	const resultOf = async (name: string) => {
		const [status, type, content] = processed[name];
		const bytes = Buffer.from(content, 'base64');
		if (!type.startsWith('image/')) return [status, type, bytes.toString('latin1')] as const;
		const { width, height } = await sharp(bytes).metadata();
		return [status, type, width, height] as const;
	};
	expect(await resultOf('transformed')).toEqual([200, 'image/png', 40, 30]);
	expect(await resultOf('encoded')).toEqual([200, 'image/jpeg', 30, 30]);
	expect(await resultOf('quoted')).toEqual([200, 'image/jpeg', 80, 60]);
	expect(await resultOf('joined')).toEqual([200, 'image/jpeg', 300, 200]);
	const [, , described] = await resultOf('described');
	expect(JSON.parse(described as string)).toEqual({ width: 80, height: 60 });
	const [, type, zip] = await resultOf('zipped');
	expect([type, (zip as string).slice(0, 2)]).toEqual(['application/zip', 'PK']);
	const [, , stored] = await resultOf('stored');
	expect(JSON.parse(stored as string)).toMatchObject({ filename: 'a, b.jpg', type: 'image/jpeg' });
}
