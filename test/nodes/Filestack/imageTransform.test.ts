/** The image operations with several steps or several images. */
import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { stepForms } from '../../../nodes/Filestack/image/stepForms';
import { bytesOf, errorOf, outputOf } from '../../support/engine';
import { credentialsOf, filestack, newHandle } from '../../support/filestack';
import { filestackImages } from '../../support/filestackImages';

const { sandbox, photo, newImage, run, sizeOf } = filestackImages();

const steps = (...step: IDataObject[]) => ({ specifySteps: 'fields', steps: { step } });
const text = (stepsText: string) => ({ specifySteps: 'text', stepsText });

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
		[{ task: 'custom', customText: 'pjpg=quality:0' }, [400, 300, 'jpeg']],
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
		const mark = await newImage('mark.png', 50, 50, 'lime');
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

	it('does not take the end of another URL for the handle of a watermark', async () => {
		const step = { task: 'watermark', watermarkFile: 'https://example.com/logo.png' };
		const error = errorOf(await run('transform', steps(step)));
		expect(error.message).toBe('The field “Watermark” is not valid');
		expect(error.description).toBe('It must be the handle or the URL of a file.');
		expect(await sandbox.requests()).toEqual([]);
	});

	it('outputs the fallback file if the image fails', async () => {
		const file = await newImage('fallback.png', 30, 20, 'lime');
		const damaged = { name: 'damaged.png', type: 'image/png', bytes: Buffer.from('no image') };
		const source = { file: await newHandle(sandbox, damaged) };
		const steps = text(`flip/fallback=handle:${file}`);
		expect(await sizeOf('transform', { ...steps, ...source })).toEqual([30, 20, 'png']);
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
	const input = Array.from({ length: 3 }, () => ({ json: { handle: photo.handle } }));
	const parameters = {
		...{ filesFrom: 'items', itemFile: '={{ $json.handle }}', width: 600, height: 400 },
		...{ output: 'file', options: { color: '#000', margin: 20, fit: 'crop' } },
	};
	const credentials = credentialsOf(sandbox);
	const output = outputOf(
		await filestack(credentials, 'image', 'createCollage', parameters, { input }),
	);
	expect(output).toHaveLength(1);
	expect(output[0].json).not.toHaveProperty('handle');
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
	beforeAll(async () => void (blue = await newImage('blue.png', 300, 300, 'blue')));
	const animate = async (more: IDataObject = {}) => {
		const input = [photo.handle, blue, photo.handle].map((one) => ({ json: { handle: one } }));
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
		...{ handle: photo.handle, count: 1 },
		faces: [expect.objectContaining({ width: 100, height: 100 })],
	});
});
