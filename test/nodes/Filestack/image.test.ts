import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { stepForms } from '../../../nodes/Filestack/image/stepForms';
import { bytesOf, errorOf, outputOf } from '../../support/engine';
import {
	credentialsOf,
	filestack,
	newHandle,
	FilestackServer,
	SECRET,
} from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();
const recorder = new FilestackServer();
/** 400 by 300 pixels. */
let handle: string;

beforeAll(async () => {
	await recorder.start();
	const canvas = { width: 400, height: 300, channels: 3, background: 'red' } as const;
	const bytes = await sharp({ create: canvas }).jpeg().toBuffer();
	handle = await newHandle(sandbox, { name: 'photo.jpg', type: 'image/jpeg', bytes });
});
afterAll(async () => await recorder.stop());
beforeEach(() => recorder.reset());

/** What the fields begin with. */
const DEFAULTS = { source: 'file', output: 'file', expiry: 'minutes', expiresInMinutes: 60 };

const run = async (operation: string, parameters: IDataObject = {}, credentials = {}) =>
	await filestack({ ...credentialsOf(sandbox), ...credentials }, 'image', operation, {
		file: handle,
		...DEFAULTS,
		...parameters,
	});

/** Runs an operation and returns the width, height and format of the resulting file. */
async function sizeOf(operation: string, parameters: IDataObject): Promise<unknown[]> {
	const [{ binary }] = outputOf(await run(operation, parameters));
	const { width, height, format } = await sharp(await bytesOf(binary!.data)).metadata();
	return [width, height, format];
}

const RESIZE = { width: 200, height: 0, fit: 'clip' };
const steps = (...step: IDataObject[]) => ({ specifySteps: 'fields', steps: { step } });
const text = (stepsText: string) => ({ specifySteps: 'text', stepsText });

describe('the result', () => {
	it('is a link by a policy for this file, without a request', async () => {
		const [{ json }] = outputOf(await run('resize', { ...RESIZE, output: 'link' }));
		expect(json).toEqual({
			handle,
			url: expect.any(String) as string,
			expiresAt: expect.stringMatching(/Z$/) as string,
		});
		expect(await sandbox.requests()).toEqual([]);
		const [, policy] = /\/security=p:([\w=-]+),s:[0-9a-f]{64}\/resize=width:200\/\w+$/.exec(
			json.url as string,
		)!;
		expect(JSON.parse(Buffer.from(policy, 'base64url').toString())).toEqual({
			call: ['read', 'convert'],
			handle,
			expiry: Math.floor(Date.parse(json.expiresAt as string) / 1000),
		});
		const { data } = await axios.get<Buffer>(json.url as string, { responseType: 'arraybuffer' });
		expect((await sharp(data).metadata()).width).toBe(200);
		const other = (json.url as string).replace(handle, 'A'.repeat(20));
		expect((await axios.get(other, { validateStatus: () => true })).status).toBe(403);
	});

	it('is a file in n8n’s storage', async () => {
		const [{ json, binary }] = outputOf(await run('resize', RESIZE));
		expect(json).toEqual({
			handle,
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
		expect(json.handle).not.toBe(handle);
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

	it('is unsigned without an app secret', async () => {
		const parameters = { ...RESIZE, output: 'link' };
		const [{ json }] = outputOf(await run('resize', parameters, { appSecret: '' }));
		expect(json).toEqual({
			handle,
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
			'crop',
			{ left: 0, top: 0, width: 0, height: 5 },
			'The field “Width” must be a whole number from 1 to 100000',
		],
	])('reject %s %j', async (operation, parameters, message) => {
		expect(errorOf(await run(operation, parameters)).message).toBe(message);
		expect(await sandbox.requests()).toEqual([]);
	});
});

describe('Transform', () => {
	it('requires a step', async () => {
		const error = errorOf(await run('transform', { specifySteps: 'fields' }));
		expect(error.message).toBe('The field “Steps” is empty');
		expect(error.description).toBe('Add a step.');
	});

	it('runs the steps in order', async () => {
		const resize = { task: 'resize', resizeWidth: 100, resizeHeight: 0 };
		const crop = { task: 'crop', cropWidth: 90, cropHeight: 90 };
		const parameters = steps(resize, crop, { task: 'output', outputFormat: 'png' });
		expect(await sizeOf('transform', parameters)).toEqual([90, 75, 'png']);
		expect(await sizeOf('transform', steps(crop, resize))).toEqual([100, 100, 'jpeg']);
	});

	it.each([
		[{ task: 'border', borderWidth: 20, borderColor: '000' }, [440, 340, 'jpeg']],
		[{ task: 'circle' }, [300, 300, 'png']],
		[{ task: 'upscale' }, [800, 600, 'jpeg']],
		[{ task: 'crop_faces' }, [100, 100, 'jpeg']],
		[{ task: 'custom', customText: 'resize=width:40/flip' }, [40, 30, 'jpeg']],
	])('runs the step %j', async (step, expected) => {
		expect(await sizeOf('transform', steps(step))).toEqual(expected);
	});

	it('accepts every step with its default values', async () => {
		const rejected: unknown[] = [];
		for (const { task } of stepForms.filter((form) => form.task !== 'watermark')) {
			const result = await run('transform', steps({ task }));
			if (result.data.resultData.error) rejected.push([task, result.data.resultData.error.message]);
		}
		expect(rejected).toEqual([]);
	});

	it('puts a watermark on top', async () => {
		const canvas = { width: 50, height: 50, channels: 3, background: 'lime' } as const;
		const bytes = await sharp({ create: canvas }).png().toBuffer();
		const mark = await newHandle(sandbox, { name: 'mark.png', type: 'image/png', bytes });
		const step = { task: 'watermark', watermarkFile: mark, watermarkSize: 100 };
		const [{ binary }] = outputOf(await run('transform', steps(step)));
		const center = { left: 200, top: 150, width: 1, height: 1 };
		const image = sharp(await bytesOf(binary!.data)).extract(center);
		expect((await image.raw().toBuffer())[1]).toBeGreaterThan(200);
		// The policy of a link would open all files.
		const link = errorOf(await run('transform', { ...steps(step), output: 'link' }));
		expect(link.message).toBe('The field “Output” cannot be “Link” for this source');
		const error = errorOf(await run('transform', steps({ task: 'watermark' })));
		expect(error.message).toBe('The field “Watermark” is not valid');
	});

	it('accepts the steps as text', async () => {
		const parameters = text('resize=width:300,height:100,fit:crop\nsharpen\noutput=format:webp');
		expect(await sizeOf('transform', parameters)).toEqual([300, 100, 'webp']);
	});

	it.each([
		['security=p:a,s:b', 'must not contain the task “security”'],
		['resize=width:5/store', 'must not contain the task “store”'],
		['run_workflow=id:1', 'must not contain the task “run_workflow”'],
		['animate=delay:5', 'must not contain the task “animate”'],
		['resize=width:abc', 'has an invalid “width” of “resize”'],
		['resize=heigt:5', 'has the unknown parameter “heigt” of “resize”'],
		['https://e.com/x', 'has a step that is not a task: “https:”'],
		['crop', 'lacks a parameter of “crop”'],
		[' / ', 'does not contain a task'],
	])('rejects the text %s', async (stepsText, problem) => {
		const error = errorOf(await run('transform', text(stepsText)));
		expect(error.message).toBe(`The field “Steps” ${problem}`);
		expect(await sandbox.requests()).toEqual([]);
	});
});

it('Create Collage combines the images of the input items', async () => {
	const input = [{ json: { handle } }, { json: { handle } }, { json: { handle } }];
	const parameters = {
		...{ filesFrom: 'items', itemFile: '={{ $json.handle }}', width: 600, height: 400 },
		...{ output: 'file', options: { color: '#000', margin: 20, fit: 'crop' } },
	};
	const credentials = credentialsOf(sandbox);
	const output = outputOf(
		await filestack(credentials, 'image', 'createCollage', parameters, { input }),
	);
	expect(output).toHaveLength(1);
	const { width, height } = await sharp(await bytesOf(output[0].binary!.data)).metadata();
	expect([width, height]).toEqual([600, 400]);
	const stored = { ...parameters, output: 'stored' };
	const [{ json }] = outputOf(
		await filestack(credentials, 'image', 'createCollage', stored, { input }),
	);
	expect(json.mimeType).toBe('image/jpeg');
	const one = errorOf(
		await filestack(credentials, 'image', 'createCollage', parameters, { input: [input[0]] }),
	);
	expect(one.message).toMatch(/^Filestack responded with 400: invalid parameter `files`/);
	expect(one.description).toBe('A collage needs two or more images.');
});

describe('Create Animation', () => {
	const parameters = {
		...{ filesFrom: 'items', itemFile: '={{ $json.handle }}', delay: 250, output: 'file' },
		options: { width: 120, height: 90, fit: 'crop', loop: 3, background: '#ffffff' },
	};
	let blue: string;
	beforeAll(async () => {
		const canvas = { width: 300, height: 300, channels: 3, background: 'blue' } as const;
		const bytes = await sharp({ create: canvas }).png().toBuffer();
		blue = await newHandle(sandbox, { name: 'blue.png', type: 'image/png', bytes });
	});
	const animate = async (more: IDataObject = {}) => {
		const input = [handle, blue, handle].map((one) => ({ json: { handle: one } }));
		const credentials = credentialsOf(sandbox);
		const given = { ...parameters, ...more };
		return await filestack(credentials, 'image', 'createAnimation', given, { input });
	};

	it('shows the images of the input items in a GIF', async () => {
		const output = outputOf(await animate());
		expect(output).toHaveLength(1);
		expect(output[0].pairedItem).toHaveLength(3);
		expect(output[0].json).toMatchObject({ name: 'photo.gif', mimeType: 'image/gif' });
		const image = sharp(await bytesOf(output[0].binary!.data), { animated: true });
		const { pages, width, pageHeight, delay, loop } = await image.metadata();
		expect([pages, width, pageHeight, delay, loop]).toEqual([3, 120, 90, [250, 250, 250], 3]);
	});

	it('rejects values that Filestack does not accept', async () => {
		const color = errorOf(await animate({ options: { background: 'a,b:c' } }));
		expect(color.message).toBe('The field “Background Color” is not valid');
		const width = errorOf(await animate({ options: { width: 1801 } }));
		expect(width.message).toBe('The field “Width” must be a whole number from 1 to 1800');
		expect(await sandbox.requests()).toEqual([]);
	});
});

it('Detect Faces returns the faces', async () => {
	const [{ json }] = outputOf(await run('detectFaces'));
	expect(json).toEqual({
		...{ handle, count: 1 },
		faces: [expect.objectContaining({ width: 100, height: 100 })],
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
