import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { bytesOf, errorOf, outputOf } from '../../support/engine';
import { filestack, newHandle, SECRET, useFilestackServer } from '../../support/filestack';
import { filestackImages } from '../../support/filestackImages';
import { DEFAULTS } from '../../support/filestackProcessing';

const { sandbox, photo, run, sizeOf } = filestackImages();
const recorder = useFilestackServer();

const RESIZE = { width: 200, height: 0, fit: 'clip' };

describe('the result', () => {
	it('is a link by a policy for this file, without a request', async () => {
		const [{ json }] = outputOf(await run('resize', { ...RESIZE, output: 'link' }));
		expect(json).toEqual({
			handle: photo.handle,
			url: expect.any(String) as string,
			expiresAt: expect.stringMatching(/Z$/) as string,
		});
		expect(await sandbox.requests()).toEqual([]);
		const [, policy] = /\/security=p:([\w=-]+),s:[0-9a-f]{64}\/resize=width:200\/\w+$/.exec(
			json.url as string,
		)!;
		expect(JSON.parse(Buffer.from(policy, 'base64url').toString())).toEqual({
			call: ['read', 'convert'],
			handle: photo.handle,
			expiry: Math.floor(Date.parse(json.expiresAt as string) / 1000),
		});
		const { data } = await axios.get<Buffer>(json.url as string, { responseType: 'arraybuffer' });
		expect((await sharp(data).metadata()).width).toBe(200);
		const other = (json.url as string).replace(photo.handle, 'A'.repeat(20));
		expect((await axios.get(other, { validateStatus: () => true })).status).toBe(403);
	});

	it('is a file in n8n’s storage', async () => {
		const [{ json, binary }] = outputOf(await run('resize', RESIZE));
		expect(json).toEqual({
			handle: photo.handle,
			name: 'photo.jpg',
			mimeType: 'image/jpeg',
			size: expect.any(Number) as number,
			sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
			binaryPropertyName: 'data',
		});
		expect(binary!.data.id).toMatch(/^filesystem/);
		expect((await sharp(await bytesOf(binary!.data)).metadata()).height).toBe(150);
	});

	it('is in the output field that the user has named', async () => {
		const options = { binaryPropertyName: 'thumbnail' };
		const [{ json, binary }] = outputOf(await run('resize', { ...RESIZE, options }));
		expect(json.binaryPropertyName).toBe('thumbnail');
		expect(Object.keys(binary!)).toEqual(['thumbnail']);
	});

	it('is a new file in Filestack', async () => {
		const options = { fileName: 'small, "x".jpg', path: 'thumbs/', access: 'public' };
		const [{ json }] = outputOf(await run('resize', { ...RESIZE, output: 'stored', options }));
		expect(json).toMatchObject({ name: 'small, "x".jpg', mimeType: 'image/jpeg' });
		expect(json.handle).not.toBe(photo.handle);
		expect(json.key).toMatch(/^thumbs\//);
		const size = outputOf(await run('getSize', { file: json.handle }))[0].json;
		expect(size).toEqual({ handle: json.handle, width: 200, height: 150 });
	});

	it('has a name with the extension of the new format', async () => {
		const [{ json }] = outputOf(await run('convert', { format: 'pjpg', quality: 50 }));
		expect(json).toMatchObject({ name: 'photo.jpg', mimeType: 'image/jpeg' });
		recorder.respond(({ path }) =>
			path.endsWith('/metadata')
				? { body: { filename: 'my photo.tiff' } }
				: { headers: { 'content-type': 'image/webp' }, body: 'RIFF' },
		);
		const credentials = recorder.credentials();
		const parameters = { ...DEFAULTS, file: 'HANDLE', format: 'webp', quality: 85 };
		const converted = outputOf(await filestack(credentials, 'image', 'convert', parameters));
		expect(converted[0].json.name).toBe('my photo.webp');
	});

	it.each([
		['https://example.com/M%C3%BCnchen%20foto.jpg?x=a/b.png', 'München foto.webp'],
		['https://example.com/100%.jpg', '100%.webp'],
		['https://example.com/photos/', 'file.webp'],
		['https://example.com', 'file.webp'],
		['src://alias/dir/my photo.jpg', 'my photo.webp'],
	])('of the URL %s has its decoded name', async (sourceUrl, name) => {
		recorder.respond({ headers: { 'content-type': 'image/webp' }, body: 'RIFF' });
		const parameters = { ...DEFAULTS, source: 'url', sourceUrl, format: 'webp', quality: 85 };
		const credentials = recorder.credentials();
		const [{ json }] = outputOf(await filestack(credentials, 'image', 'convert', parameters));
		expect(json.name).toBe(name);
	});

	it('is unsigned without an app secret', async () => {
		const parameters = { ...RESIZE, output: 'link' };
		const [{ json }] = outputOf(await run('resize', parameters, { appSecret: '' }));
		expect(json).toEqual({
			handle: photo.handle,
			url: expect.stringMatching(/\d\/resize=width:200\/\w+$/) as string,
		});
	});

	it('does not use the cache if it is turned off', async () => {
		const parameters = { ...RESIZE, output: 'link', options: { cache: false } };
		const [{ json }] = outputOf(await run('resize', parameters));
		expect(json.url).toMatch(/\/cache=false\/resize=width:200\//);
	});
});

describe('a source', () => {
	it('is an external URL, with the API key and a policy for this URL', async () => {
		const link = outputOf(await run('resize', { ...RESIZE, width: 100, output: 'link' }))[0].json
			.url;
		const parameters = { ...RESIZE, width: 50, source: 'url', sourceUrl: link };
		expect(await sizeOf('resize', parameters)).toEqual([50, 38, 'jpeg']);
		const request = (await sandbox.requests()).find(({ path }) => path.includes('width:50'))!;
		const [, policy] = /^\/A\w+z\/security=p:([\w=-]+),s:/.exec(request.path)!;
		const { url, call } = JSON.parse(Buffer.from(policy, 'base64url').toString()) as IDataObject;
		expect(call).toEqual(['read', 'convert']);
		expect(new RegExp(url as string).test(link as string)).toBe(true);
		expect(new RegExp(url as string).test(`${link as string}x`)).toBe(false);
	});

	it('other than a file has no signed link, because that would open all files', async () => {
		const parameters = { ...RESIZE, output: 'link', source: 'url', sourceUrl: 'https://e.com/x' };
		const error = errorOf(await run('resize', parameters));
		expect(error.message).toBe('The field “Output” cannot be “Link” for this source');
		const [{ json }] = outputOf(await run('resize', parameters, { appSecret: '' }));
		expect(json.url).toMatch(/\/resize=width:200\/https%3A%2F%2Fe.com%2Fx$/);
	});

	it.each(['ftp://e.com/x', 'x', 'src://', 'javascript:alert(1)'])(
		'must not be the URL %s',
		async (sourceUrl) => {
			const error = errorOf(await run('resize', { ...RESIZE, source: 'url', sourceUrl }));
			expect(error.message).toBe('The field “URL” is not a valid URL');
		},
	);

	it.each(['a,b', '[a]', 'a b', 'a"b'])('must not be the handle %s', async (file) => {
		const error = errorOf(await run('resize', { ...RESIZE, file }));
		expect(error.message).toBe('The File is not valid');
	});
});

describe('operations with one step', () => {
	it.each<[string, IDataObject, unknown[]]>([
		['resize', { width: 100, height: 100, fit: 'crop', align: 'top,left' }, [100, 100, 'jpeg']],
		['resize', { width: 800, height: 0, fit: 'max' }, [400, 300, 'jpeg']],
		['resize', { width: 0, height: 30, fit: 'clip' }, [40, 30, 'jpeg']],
		['crop', { left: 350, top: 250, width: 200, height: 200 }, [50, 50, 'jpeg']],
		['rotate', { by: 'angle', deg: 90, background: '' }, [300, 400, 'jpeg']],
		['rotate', { by: 'angle', deg: 45, background: '#ff8800' }, [495, 495, 'jpeg']],
		['rotate', { by: 'exif' }, [400, 300, 'jpeg']],
		['convert', { format: 'png' }, [400, 300, 'png']],
		['convert', { format: 'webp', quality: 10 }, [400, 300, 'webp']],
		['applyFilter', { filter: 'monochrome' }, [400, 300, 'jpeg']],
		['applyFilter', { filter: 'oil_paint', oilPaintAmount: 3 }, [400, 300, 'jpeg']],
		['applyFilter', { filter: 'blur', blurAmount: 5 }, [400, 300, 'jpeg']],
		[
			'applyFilter',
			{ filter: 'modulate', modulateBrightness: 50, modulateHue: 90, modulateSaturation: 100 },
			[400, 300, 'jpeg'],
		],
	])('%s %j', async (operation, parameters, expected) => {
		expect(await sizeOf(operation, parameters)).toEqual(expected);
	});

	it('really change the image', async () => {
		const [{ binary }] = outputOf(await run('applyFilter', { filter: 'negative' }));
		const { dominant } = await sharp(await bytesOf(binary!.data)).stats();
		expect(dominant.g).toBeGreaterThan(200);
		expect(dominant.r).toBeLessThan(50);
	});

	it.each<[string, IDataObject, string]>([
		[
			'resize',
			{ width: 0, height: 0, fit: 'clip' },
			'The field “Width” lacks a parameter of “resize”',
		],
		[
			'rotate',
			{ by: 'angle', deg: 5, background: 'a,b:c' },
			'The field “Background Color” is not valid',
		],
		[
			'rotate',
			{ by: 'angle', deg: 5, background: '={{ `${$json.color}` }}' },
			'The field “Background Color” is not valid',
		],
		[
			'crop',
			{ left: 0, top: 0, width: 0, height: 5 },
			'The field “Width” must be a whole number from 1 to 100000',
		],
	])('reject %s %j', async (operation, parameters, message) => {
		expect(errorOf(await run(operation, parameters)).message).toBe(message);
		expect(await sandbox.requests()).toEqual([]);
	});
});

describe('an error', () => {
	const respond = async (answer: object, output = 'file') => {
		recorder.respond(() => answer as never);
		const parameters = { ...DEFAULTS, ...RESIZE, output, file: 'HANDLE' };
		return await filestack(recorder.credentials(), 'image', 'resize', parameters);
	};

	it('of Filestack is reported with its message', async () => {
		const file = await newHandle(sandbox, { name: 'a.txt', bytes: Buffer.from('hello') });
		const error = errorOf(await run('resize', { ...RESIZE, file }));
		expect(error.message).toBe('Filestack responded with 400: Unsupported input format');
		expect(error.description).toContain('Check the type of the source');
	});

	it.each([
		[{ body: { error: 'Unsupported conversion' } }, 'Filestack responded: Unsupported conversion'],
		[{ body: { width: 1 } }, 'Filestack responded with application/json instead of the file'],
		[
			{ headers: { 'content-type': 'text/plain' }, body: 'Invalid Application' },
			'Filestack responded: Invalid Application',
		],
	])('is a response with status 200 and without the image: %j', async (answer, message) => {
		const error = errorOf(await respond(answer));
		expect(error.message).toBe(message);
	});

	it.each([400, 403])('about a missing signature has advice, with status %i', async (status) => {
		const body = 'policy error: proper credentials were not provided';
		for (const output of ['file', 'stored']) {
			const error = errorOf(await respond({ status, body }, output));
			expect(error.message).toBe(`Filestack responded with ${status}: ${body}`);
			expect(error.description).toContain('App Secret');
		}
	});

	it('after a lost response says that the file may have been stored, and nothing is sent again', async () => {
		const error = errorOf(await respond({ status: 503, body: 'x' }, 'stored'));
		expect(error.description).toContain('Filestack may have stored the result anyway');
		expect(recorder.requests).toHaveLength(1);
		const [{ path, query }] = recorder.requests;
		expect(path).toMatch(/^\/security=[^/]+\/resize=width:200\/store\/HANDLE$/);
		expect(query).toEqual({});
		expect(JSON.stringify(error)).not.toContain(SECRET);
	});
});
