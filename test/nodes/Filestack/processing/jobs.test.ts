/** Analyses, and jobs that Filestack runs in the background: workflows and videos. */
import type { IDataObject } from 'n8n-workflow';

import { buildContext, errorOf, outputOf, startRun } from '../../../support/engine';
import { eventually } from '../../../support/eventually';
import {
	credentialsOf,
	filestack,
	filestackNode,
	newHandle,
	SECRET,
	useFilestackServer,
} from '../../../support/filestack';
import { DEFAULTS, NOTE, processing } from '../../../support/filestackProcessing';
import { useSandbox } from '../../../support/useSandbox';
import { hurryDeadlines, useRealWaits, useShortWaits, waits } from '../../../support/waits';

const sandbox = useSandbox();
const recorder = useFilestackServer();
let text: string;
beforeAll(async () => void (text = await newHandle(sandbox, NOTE)));

const run = async (operation: string, parameters: IDataObject) =>
	await processing(sandbox, operation, parameters);
const advance = async (seconds: number) =>
	await sandbox.control.post('/clock', { advance: seconds });

/** Lets the sandbox's clock run as much faster as the node waits shorter. */
const hurry = async () => await sandbox.control.post('/clock', { speed: 100 });
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.control.post('/clock', { speed: 1 });
});

describe('File: Analyze', () => {
	it('returns the result of each analysis', async () => {
		const analyses = ['caption', 'copyright', 'image_sentiment', 'ocr', 'sfw', 'tags'];
		const [{ json }] = outputOf(await run('file.analyze', { file: text, analyses }));
		expect(json).toEqual({
			handle: text,
			...{ caption: 'a picture of note', copyright: false, licenses: [] },
			...{ emotions: { HAPPY: 99.7 }, text: 'Total: 12 EUR', textAreaPercentage: 23.4 },
			...{ sfw: true, tags: { auto: expect.any(Object) as object, user: null } },
		});
	});

	it('returns the positions of the text on request', async () => {
		const parameters = { file: text, analyses: ['ocr'], options: { includeLayout: true } };
		const [{ json }] = outputOf(await run('file.analyze', parameters));
		expect(json.document).toHaveProperty('text_areas');
	});

	it('requires the app secret', async () => {
		const credentials = { ...credentialsOf(sandbox), appSecret: '' };
		const parameters = { ...DEFAULTS, file: text, analyses: ['ocr'] };
		const error = errorOf(await filestack(credentials, 'file', 'analyze', parameters));
		expect(error.message).toBe('An analysis requires the App Secret');
	});

	it('fails if the response has no result', async () => {
		recorder.respond({ body: { other: 1 } });
		const parameters = { ...DEFAULTS, file: 'HANDLE', analyses: ['ocr'] };
		const error = errorOf(await filestack(recorder.credentials(), 'file', 'analyze', parameters));
		expect(error.message).toBe('Filestack responded without the result of the analysis (“text”)');
	});
});

describe('Text: Analyze Sentiment', () => {
	it.each(['Great, thanks! [1/2]', 'he said "great"', 'great/../x', 'great?x=1#y', 'great\n😀 ä'])(
		'sends the text %j as one value',
		async (given) => {
			const [{ json }] = outputOf(await run('text.analyzeSentiment', { text: given }));
			expect(json.sentiment).toBe('positive');
			expect(json.emotions).toMatchObject({ Negative: 0, Mixed: 0 });
		},
	);

	it('rejects a text that does not fit into a URL', async () => {
		const error = errorOf(await run('text.analyzeSentiment', { text: 'ä'.repeat(2000) }));
		expect(error.message).toBe('The field “Text” is too long');
	});
});

describe('Workflow', () => {
	const parameters = { workflowId: 'w-1', wait: false };

	it('is started, and returns its status and results', async () => {
		const [{ json }] = outputOf(await run('workflow.run', { ...parameters, file: text }));
		expect(json).toMatchObject({ workflowId: 'w-1', status: 'Started', finished: false });
		const status = async () =>
			outputOf(await run('workflow.getStatus', { jobId: json.jobId }))[0].json;
		expect(await status()).toMatchObject({ jobId: json.jobId, finished: false, urls: [] });
		await advance(60);
		const finished = await status();
		expect(finished).toMatchObject({ finished: true, status: 'Finished' });
		expect(Object.values(finished.results as object)).toEqual([
			{ data: { infected: false, infections_list: [] } },
		]);
	});

	it('is waited for', async () => {
		await hurry();
		const waiting = { ...parameters, file: text, wait: true, maxWaitMinutes: 1 };
		const [{ json }] = outputOf(await run('workflow.run', waiting));
		expect(json).toMatchObject({ finished: true, status: 'Finished' });
	});

	it('that takes too long is an error with its ID', async () => {
		hurryDeadlines();
		recorder.respond({ body: { jobid: 'j-1', status: 'Started', workflow: 'w-1' } });
		const waiting = {
			...DEFAULTS,
			...parameters,
			file: 'HANDLE',
			wait: true,
			maxWaitMinutes: 0.05,
		};
		const error = errorOf(await filestack(recorder.credentials(), 'workflow', 'run', waiting));
		expect(error.message).toBe('The workflow did not finish within 0.05 minutes');
		expect(error.description).toContain('Its ID is j-1');
		const [first, ...polls] = recorder.requests;
		expect(first.path).toMatch(/^\/security=[^/]+\/run_workflow=id:w-1\/HANDLE$/);
		expect(polls.length).toBeGreaterThan(0);
		for (const { path } of polls) {
			expect(path).toMatch(/^\/AKEYz\/security=[^/]+\/workflow_status=job_id:j-1$/);
		}
	});

	it('that Filestack no longer reports on is an error with its ID', async () => {
		const started = { jobid: 'j-1', status: 'Started', workflow: 'w-1' };
		recorder.respond(({ path }) =>
			path.includes('workflow_status') ? { status: 404, body: 'gone' } : { body: started },
		);
		const waiting = { ...DEFAULTS, ...parameters, file: 'HANDLE', wait: true, maxWaitMinutes: 1 };
		const error = errorOf(await filestack(recorder.credentials(), 'workflow', 'run', waiting));
		expect(error.message).toContain('404');
		expect(error.description).toContain('Its ID is j-1. It continues in Filestack');
	});

	it('ends its wait when the execution is stopped', async () => {
		recorder.respond((_, count) => {
			// The wait after the second request, which is for the status, is a long one.
			if (count === 2) useRealWaits();
			return { body: { jobid: 'j-1', status: 'Started', workflow: 'w-1' } };
		});
		const waiting = { ...DEFAULTS, ...parameters, file: 'HANDLE', wait: true, maxWaitMinutes: 60 };
		const node = filestackNode(recorder.credentials(), 'workflow', 'run', waiting);
		const { workflow, additionalData, mode } = buildContext(node);
		const running = startRun(workflow, additionalData, mode);
		await eventually(() => Promise.resolve(waits.length > 1));
		running.cancel();
		const { data } = await running;
		useShortWaits();
		const { error } = data.resultData.runData.Subject[0];
		expect(error?.message).toBe('The workflow was still running when the execution was stopped');
		expect(error?.description).toContain('Its ID is j-1');
		expect(recorder.requests).toHaveLength(2);
	});

	it('is not started again after a lost response', async () => {
		recorder.respond({ status: 503, body: 'x' });
		const starting = { ...DEFAULTS, ...parameters, file: 'HANDLE' };
		const error = errorOf(await filestack(recorder.credentials(), 'workflow', 'run', starting));
		expect(recorder.requests).toHaveLength(1);
		expect(error.description).toContain('Filestack may have started the workflow anyway');
		expect(JSON.stringify(error)).not.toContain(SECRET);
	});

	it.each(['a/b', 'a,sources:[x]', '-- --', 'undefined', 'null'])(
		'rejects the ID %j',
		async (workflowId) => {
			const error = errorOf(await run('workflow.run', { ...parameters, file: text, workflowId }));
			expect(error.message).toBe('The field “Workflow ID” is not a valid ID');
		},
	);

	it('outputs the URLs of stored files in both documented forms', async () => {
		const results = { a: { data: { url: 'https://x/1' } }, b: { url: 'https://x/2' }, c: {} };
		recorder.respond({ body: { jobid: 'j', status: 'Finished', results } });
		const status = await filestack(recorder.credentials(), 'workflow', 'getStatus', { jobId: 'j' });
		expect(outputOf(status)[0].json.urls).toEqual(['https://x/1', 'https://x/2']);
	});
});

describe('Video', () => {
	const movie = async (name: string) =>
		await newHandle(sandbox, { name, type: 'video/quicktime', bytes: Buffer.from('video') });

	it('is converted in the background', async () => {
		const file = await movie('film.mov');
		const parameters = { file, preset: 'webm', wait: false, options: { width: 640 } };
		const [{ json }] = outputOf(await run('video.convert', parameters));
		expect(json).toMatchObject({ status: 'started', finished: false });
		await advance(60);
		const status = outputOf(await run('video.getStatus', { uuid: json.jobId }))[0].json;
		expect(status).toMatchObject({ status: 'completed', finished: true });
		const metadata = outputOf(await run('file.getMetadata', { file: status.handle, fields: [] }));
		expect(metadata[0].json.name).toBe('film.webm');
	});

	it('is waited for', async () => {
		await hurry();
		const parameters = {
			file: await movie('long.mov'),
			preset: 'h264',
			wait: true,
			maxWaitMinutes: 1,
		};
		const [{ json }] = outputOf(await run('video.convert', parameters));
		expect(json).toMatchObject({ finished: true, url: expect.stringContaining('http') as string });
	});

	it('that cannot be converted is an error with the ID', async () => {
		const parameters = { file: await movie('fail.mov'), preset: 'h264', wait: false };
		const [{ json }] = outputOf(await run('video.convert', parameters));
		await advance(60);
		const error = errorOf(await run('video.getStatus', { uuid: json.jobId }));
		expect(error.message).toBe('Filestack could not convert the video: Conversion failed');
		expect(error.description).toContain(json.jobId);
	});

	it('is not complete without its URL', async () => {
		recorder.respond({ body: { uuid: 'u', status: 'completed', data: {} } });
		const status = await filestack(recorder.credentials(), 'video', 'getStatus', { uuid: 'u' });
		expect(outputOf(status)[0].json.finished).toBe(false);
		expect(recorder.requests[0].path).toMatch(/^\/AKEYz\/security=[^/]+\/video_convert\/u$/);
	});
});
