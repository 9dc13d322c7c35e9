import { itemWith } from '../../support/binary';
import { outputOf } from '../../support/engine';
import { fileShotUploads } from '../../support/fileShotUploads';
import { TestServer } from '../../support/testServer';

const MIB = 1024 * 1024;

const { upload } = fileShotUploads();

describe('the requests of a chunked upload', () => {
	const host = new TestServer();
	const file = {
		name: 'a "b" 🎉.bin',
		bytes: Buffer.alloc(2 * MIB + 1, 'x'),
		type: 'application/x-thing',
	};
	const wishes = {
		expiryDays: 7,
		passwordProtected: true,
		password: 'pw',
		paidAccess: true,
		price: 300,
	};
	beforeAll(async () => {
		const response = { id: 'a?b', fileSize: file.bytes.length };
		await host.respond({ body: JSON.stringify(response) }).start();
	});
	afterAll(async () => await host.stop());
	const send = async (uploadStyle: string) => {
		host.requests.splice(0);
		const options = { thresholdMb: 1, partSizeMb: 1, uploadStyle, customSlug: 'my-doc' };
		const credentials = { baseUrl: host.url } as never;
		const input = [await itemWith({ data: file })];
		outputOf(await upload(input, { ...wishes, options }, { credentials }));
		return host.requests;
	};

	it('documented: sends the options under all their names, then raw chunks', async () => {
		const [init, ...others] = await send('documented');
		expect(JSON.parse(init.body)).toEqual({
			fileName: 'a "b" 🎉.bin',
			filename: 'a "b" 🎉.bin',
			fileSize: file.bytes.length,
			size: file.bytes.length,
			mimeType: 'application/x-thing',
			totalChunks: 3,
			chunkSize: MIB,
			customSlug: 'my-doc',
			customLink: 'my-doc',
			expiryDays: 7,
			expirationDays: 7,
			passwordProtected: true,
			isPasswordProtected: 'true',
			password: 'pw',
			enablePaidAccess: true,
			price: 300,
		});
		expect(others.map(({ method, url, body }) => [method, url, body.length])).toEqual([
			['POST', '/api/files/upload-chunk/a%3Fb/0', MIB],
			['POST', '/api/files/upload-chunk/a%3Fb/1', MIB],
			['POST', '/api/files/upload-chunk/a%3Fb/2', 1],
			['GET', '/api/files/a%3Fb', 0],
		]);
	});

	it('desktop: sends the body of the desktop client, then chunks in forms', async () => {
		const [start, first, , last, end] = await send('desktop');
		expect(JSON.parse(start.body)).toEqual({
			fileName: 'a "b" 🎉.bin',
			fileSize: file.bytes.length,
			isZeroKnowledge: 'false',
			originalFileName: 'a "b" 🎉.bin',
			originalFileSize: file.bytes.length,
			originalMimeType: 'application/x-thing',
			isPasswordProtected: 'true',
			expirationDays: 7,
			maxDownloads: null,
			customLink: 'my-doc',
			password: 'pw',
			enablePaidAccess: true,
			price: 300,
		});
		expect(first.body).toMatch(/name="totalChunks"\r\n\r\n3\r\n/);
		expect(first.body).toMatch(/name="isLastChunk"\r\n\r\nfalse\r\n/);
		expect(first.body).toContain('name="chunk"; filename="chunk-0"');
		expect(last.body).toMatch(/name="isLastChunk"\r\n\r\ntrue\r\n/);
		expect([end.url, end.body]).toEqual(['/api/files/finalize-upload/a%3Fb', '{}']);
	});
});
