import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { errorOf, outputOf } from '../../../support/engine';
import { credentialsOf, filestack, newHandle } from '../../../support/filestack';
import { useSandbox } from '../../../support/useSandbox';
import { hurryDeadlines } from '../../../support/waits';

const sandbox = useSandbox();
let image: string;
let video: string;

beforeAll(async () => {
	const canvas = { width: 40, height: 30, channels: 3, background: 'red' } as const;
	const bytes = await sharp({ create: canvas }).jpeg().toBuffer();
	image = await newHandle(sandbox, { name: 'photo.jpg', type: 'image/jpeg', bytes });
	const movie = { name: 'film.mov', type: 'video/quicktime', bytes: Buffer.from('film') };
	video = await newHandle(sandbox, movie);
});

/** Lets the simulation misbehave during a test. */
const misbehave = async (settings: IDataObject) =>
	await sandbox.control.patch('/services/filestack/settings', settings);
afterEach(async () => {
	jest.restoreAllMocks();
	await misbehave({
		...{ processingResult: 'documented', missingPolicyStatus: '403', security: 'on' },
		...{ videoOutcome: 'complete', workflowOutcome: 'finished', workflowEvent: 'sent' },
	});
	await sandbox.control.post('/clock', { speed: 1 });
});

const DEFAULTS = { source: 'file', output: 'file', expiry: 'minutes', expiresInMinutes: 60 };
const run = async (operation: string, parameters: IDataObject = {}, credentials = {}) => {
	const [resource, name] = operation.split('.');
	return await filestack({ ...credentialsOf(sandbox), ...credentials }, resource, name, {
		...DEFAULTS,
		...parameters,
	});
};
const advance = async (seconds: number) =>
	await sandbox.control.post('/clock', { advance: seconds });
/** Paths of the requests that run tasks, without those for names. */
const processed = async () =>
	(await sandbox.requests()).map(({ path }) => path).filter((path) => !path.endsWith('metadata'));

describe('instead of a file, Filestack responds with', () => {
	const resize = async (output: string, more: IDataObject = {}) =>
		errorOf(
			await run('image.resize', {
				file: image,
				width: 10,
				height: 0,
				fit: 'clip',
				output,
				...more,
			}),
		);

	it('JSON, which is reported as data of another operation', async () => {
		await misbehave({ processingResult: 'json' });
		const error = await resize('file');
		expect(error.message).toBe('Filestack responded with application/json instead of the file');
		expect(error.description).toContain('use the operation for it, such as Get Size');
	});

	it('JSON instead of the stored file, and the error says that a file may exist', async () => {
		await misbehave({ processingResult: 'json' });
		const error = await resize('stored');
		expect(error.message).toMatch(/^Filestack responded without the URL or handle/);
		expect(error.description).toContain('Filestack may have stored the result anyway');
		expect(await processed()).toHaveLength(1);
	});

	it.each([
		['file', 'Filestack responded: Processing timeout'],
		['stored', 'Filestack responded with 200: Processing timeout'],
	])('an error with status 200 (output %s)', async (output, message) => {
		await misbehave({ processingResult: 'errorIn200' });
		const error = await resize(output);
		expect(error.message).toBe(message);
		expect(error.description).toContain('The file took too long');
	});

	it.each(['file', 'stored'])('a text with status 400 (output %s)', async (output) => {
		await misbehave({ processingResult: 'plainText400' });
		const error = await resize(output);
		expect(error.message).toBe('Filestack responded with 400: Output size limit exceeded');
		expect(error.description).toBe('The image is too large. Reduce its size first.');
		expect(await processed()).toHaveLength(1);
	});

	it('nothing within the set time, and the error names the option for it', async () => {
		const fault = { type: 'delay', milliseconds: 60_000 };
		await sandbox.fault({ service: 'filestack', origin: 'cdn', times: 1, fault });
		const error = await resize('file', { options: { timeoutSeconds: 1 } });
		expect(error.message).toBe('Filestack: No data was transferred for 1 second');
		expect(error.description).toContain('increase “Timeout (Seconds)” under Options');
	});

	it.each(['400', '403'])('a missing policy, reported with %s', async (missingPolicyStatus) => {
		await misbehave({ missingPolicyStatus });
		for (const output of ['file', 'stored']) {
			const unsigned = { file: image, width: 10, height: 0, fit: 'clip', output };
			const error = errorOf(await run('image.resize', unsigned, { appSecret: '' }));
			expect(error.message).toBe(
				`Filestack responded with ${missingPolicyStatus}: policy error: proper credentials were not provided`,
			);
			expect(error.description).toContain('Make sure the App Secret for this API Key is set');
		}
		const data = errorOf(await run('image.getSize', { file: image }, { appSecret: '' }));
		expect(data.description).toContain('Make sure the App Secret for this API Key is set');
	});
});

describe('a video', () => {
	const convert = async (more: IDataObject) =>
		await run('video.convert', { file: video, preset: 'h264', wait: true, ...more });

	it.each(['stuck', 'withoutUrl'])('that never ends (%s) is given up', async (videoOutcome) => {
		await misbehave({ videoOutcome });
		hurryDeadlines();
		const error = errorOf(await convert({ preset: 'mp3', maxWaitMinutes: 0.05 }));
		expect(error.message).toBe('The conversion did not finish within 0.05 minutes');
		const [, id] = /Its ID is ([\w-]{36})\. It continues in Filestack/.exec(error.description!)!;
		await misbehave({ videoOutcome: 'complete' });
		await advance(60);
		const [{ json }] = outputOf(await run('video.getStatus', { uuid: id }));
		expect(json).toMatchObject({ finished: true, status: 'completed' });
	});

	it('that fails is not converted again without Convert Again', async () => {
		await misbehave({ videoOutcome: 'failed' });
		const failing = { preset: 'ogg', wait: false };
		const [{ json }] = outputOf(await convert(failing));
		await advance(60);
		const error = errorOf(await convert(failing));
		expect(error.message).toBe('Filestack could not convert the video: Conversion failed');
		expect(error.description).toContain(`The ID of the conversion is ${json.jobId as string}`);
		expect(error.description).toContain('use Video → Convert with Convert Again turned on');
		await misbehave({ videoOutcome: 'complete' });
		const [again] = outputOf(await convert({ ...failing, options: { force: true } }));
		expect(again.json.jobId).not.toBe(json.jobId);
	});
});

describe('a workflow', () => {
	const start = async (more: IDataObject = {}) =>
		await run('workflow.run', { file: image, workflowId: 'w-1', wait: true, ...more });
	const statusOf = async (jobId: unknown) =>
		await run('workflow.getStatus', { jobId: String(jobId) });

	it('that never ends is given up, and its status can be requested later', async () => {
		await misbehave({ workflowOutcome: 'stuck' });
		hurryDeadlines();
		const error = errorOf(await start({ maxWaitMinutes: 0.05 }));
		expect(error.message).toBe('The workflow did not finish within 0.05 minutes');
		const [, id] = /Its ID is ([\w-]{36})\. It continues in Filestack/.exec(error.description!)!;
		const [{ json }] = outputOf(await statusOf(id));
		expect(json).toMatchObject({ jobId: id, finished: false, status: 'Started' });
	});

	it('that fails is an error with the ID of the job', async () => {
		await misbehave({ workflowOutcome: 'failed' });
		const [{ json }] = outputOf(await start({ wait: false }));
		await advance(60);
		const error = errorOf(await statusOf(json.jobId));
		expect(error.message).toBe('The workflow ended as “Failed”');
		expect(error.description).toContain(`The ID of the job is ${json.jobId as string}`);
	});

	it('is noticed without its webhook', async () => {
		await misbehave({ workflowEvent: 'lost' });
		await sandbox.control.post('/clock', { speed: 100 });
		const [{ json }] = outputOf(await start({ maxWaitMinutes: 1 }));
		expect(json).toMatchObject({ finished: true, status: 'Finished' });
	});
});
