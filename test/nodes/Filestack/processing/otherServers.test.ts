/** Responses of servers that differ from the documentation in one aspect, and what must not count as a file. */
import type { IDataObject } from 'n8n-workflow';

import { itemWith } from '../../../support/binary';
import { binaryData, bytesOf, errorOf, outputOf } from '../../../support/engine';
import { expectOwnError } from '../../../support/everyResponse';
import { filestack, TEXT, useFilestackServer } from '../../../support/filestack';
import { DEFAULTS } from '../../../support/filestackProcessing';
import { hurryDeadlines } from '../../../support/waits';

const recorder = useFilestackServer();
beforeAll(async () => void (await binaryData()));
afterEach(() => jest.restoreAllMocks());

const run = async (operation: string, parameters: IDataObject = {}) => {
	const [resource, name] = operation.split('.');
	const given = { ...DEFAULTS, file: 'HANDLE', ...parameters };
	const input = [await itemWith({ data: TEXT })];
	return await filestack(recorder.credentials(), resource, name, given, { input });
};
const jsonOf = async (operation: string, parameters: IDataObject = {}) =>
	outputOf(await run(operation, parameters))[0].json;

const VIDEO = { uuid: 'u-1', status: 'completed', data: { url: 'https://cdn.example/NEW' } };
const WORKFLOW = { jobid: 'j-1', status: 'Finished', results: {} };

describe('the status of a job', () => {
	it.each(['Completed', 'COMPLETE', ' completed ', 'finished', 'Done', 'success'])(
		'%j of a video is its end',
		async (status) => {
			recorder.respond({ body: { ...VIDEO, status } });
			expect(await jsonOf('video.getStatus', { uuid: 'u-1' })).toMatchObject({
				...{ finished: true, url: 'https://cdn.example/NEW', handle: 'NEW' },
			});
			expect(await jsonOf('video.convert', { preset: 'h264', wait: true })).toMatchObject({
				finished: true,
			});
		},
	);

	it.each([
		'started',
		'Pending',
		'QUEUED',
		'in_progress',
		'Processing',
		'In Progress',
		' Started ',
	])('%j means that the job still runs', async (status) => {
		recorder.respond({ body: { ...VIDEO, ...WORKFLOW, status } });
		expect((await jsonOf('video.getStatus', { uuid: 'u-1' })).finished).toBe(false);
		expect((await jsonOf('workflow.getStatus', { jobId: 'j-1' })).finished).toBe(false);
	});

	it.each(['Failed', 'FAILED ', 'error', 'cancelled', 'Aborted'])(
		'%j is an error with the ID, also while the node waits',
		async (status) => {
			recorder.respond(({ path }) => ({
				body: { ...VIDEO, ...WORKFLOW, status: path.includes('HANDLE') ? 'started' : status },
			}));
			const waiting = { wait: true, maxWaitMinutes: 1, preset: 'h264', workflowId: 'w' };
			for (const operation of ['video.convert', 'workflow.run']) {
				const error = errorOf(await run(operation, waiting));
				expect(error.message).toMatch(
					/^Filestack could not convert the video$|^The workflow ended/,
				);
				expect(error.description).toMatch(/ is [uj]-1\./);
			}
			expect(recorder.requests).toHaveLength(4);
		},
	);

	it('that never ends is an error after the maximum wait', async () => {
		hurryDeadlines();
		recorder.respond({ body: { ...VIDEO, status: 'unheard of', data: {} } });
		const waiting = { preset: 'h264', wait: true, maxWaitMinutes: 0.05 };
		const error = errorOf(await run('video.convert', waiting));
		expect(error.message).toBe('The conversion did not finish within 0.05 minutes');
	});
});

describe('a job', () => {
	it('may have a number as its ID', async () => {
		recorder.respond({ body: { ...VIDEO, uuid: 12 } });
		expect((await jsonOf('video.convert', { preset: 'h264', wait: false })).jobId).toBe('12');
		recorder.respond({ body: { ...WORKFLOW, jobid: 12 } });
		const running = { workflowId: 'w', wait: false };
		expect((await jsonOf('workflow.run', running)).jobId).toBe('12');
	});

	it('keeps the ID of the request if the response has none', async () => {
		recorder.respond({ body: { status: 'Finished', data: VIDEO.data } });
		expect((await jsonOf('video.getStatus', { uuid: 'u-1' })).jobId).toBe('u-1');
		expect((await jsonOf('workflow.getStatus', { jobId: 'j-1' })).jobId).toBe('j-1');
	});

	it.each([
		[{ data: { url: ['https://x/1', 'https://x/2'] } }],
		[{ data: [{ url: 'https://x/1' }, { url: 'https://x/2' }] }],
		[{ data: ['https://x/1', 'https://x/2', ''] }],
	])('may have several results: %j', async (outputs) => {
		recorder.respond({ body: { ...VIDEO, ...outputs } });
		expect(await jsonOf('video.getStatus', { uuid: 'u-1' })).toMatchObject({
			...{ finished: true, url: 'https://x/1', handle: '1', urls: ['https://x/1', 'https://x/2'] },
		});
	});

	it('may have its only URL outside of the data', async () => {
		recorder.respond({ body: { ...VIDEO, data: null, url: 'https://x/1' } });
		const json = await jsonOf('video.getStatus', { uuid: 'u-1' });
		expect(json).toMatchObject({ finished: true, url: 'https://x/1' });
		expect(json).not.toHaveProperty('urls');
	});
});

const STORED = { url: 'https://cdn.example/NEW', size: 5 };
const STORING = { source: 'binary', options: {} };

describe('a result in an envelope', () => {
	it.each(['data', 'result', 'response', 'file'])('named “%s” is read', async (name) => {
		const answer = (body: unknown) => recorder.respond({ body: { [name]: body } });
		answer(STORED);
		expect((await jsonOf('file.store', STORING)).handle).toBe('NEW');
		expect((await jsonOf('image.resize', { output: 'stored' })).handle).toBe('NEW');
		answer({ size: 5, sha256: 'x' });
		expect(await jsonOf('file.getMetadata', { fields: [] })).toMatchObject({ size: 5 });
		answer([{ x: 1 }]);
		expect((await jsonOf('image.detectFaces')).faces).toEqual([{ x: 1 }]);
		answer(VIDEO);
		expect((await jsonOf('video.getStatus', { uuid: 'u-1' })).finished).toBe(true);
	});

	it('is the job, although the envelope has a status as well', async () => {
		recorder.respond({ body: { status: 'ok', data: { ...WORKFLOW, status: 'Started' } } });
		const json = await jsonOf('workflow.getStatus', { jobId: 'j-1' });
		expect(json).toMatchObject({ status: 'Started', finished: false });
	});

	it('may be a list of one', async () => {
		recorder.respond({ body: [STORED] });
		expect((await jsonOf('file.store', STORING)).handle).toBe('NEW');
		recorder.respond({ body: [STORED, STORED] });
		expect(errorOf(await run('file.store', STORING)).message).toContain('without the URL');
	});
});

describe('a number', () => {
	it.each([null, '', false, true, -1, [3], {}])(
		'of pages is missing if it is %j',
		async (numpages) => {
			recorder.respond({ body: { numpages } });
			const { message } = errorOf(await run('document.getInfo'));
			expect(message).toBe('Filestack responded without the number of pages');
		},
	);

	it.each([true, [3], '', null])('of pixels is missing if it is %j', async (width) => {
		recorder.respond({ body: { width, height: 4 } });
		const { message } = errorOf(await run('image.getSize'));
		expect(message).toBe('Filestack responded without the width and height of the image');
	});

	it.each([['text'], [['a']], [{ pages: 7, handle: 'x' }]])(
		'of pages is output alone with the dimensions %j',
		async (dimensions) => {
			recorder.respond({ body: { numpages: '3', dimensions } });
			expect(await jsonOf('document.getInfo')).toEqual({ handle: 'HANDLE', pages: 3 });
		},
	);

	it('that is none does not decide a sentiment', async () => {
		recorder.respond({ body: { emotions: { model: 'v2', Positive: '0.2', Negative: 0.7 } } });
		expect((await jsonOf('text.analyzeSentiment', { text: 'x' })).sentiment).toBe('negative');
	});
});

const ERROR = JSON.stringify({ error: 'Unsupported conversion' });
const PAGE = '<!DOCTYPE html><html><head><title>Bad gateway</title></head></html>';
const PNG = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), Buffer.alloc(9)]);

describe('a response instead of a file', () => {
	const answer = (body: unknown, type: string) =>
		recorder.respond(({ path }) =>
			path.endsWith('/metadata')
				? { body: { filename: 'photo.png' } }
				: { body, headers: { 'content-type': type } },
		);
	const convert = { format: 'png', page: 1 };

	it.each([
		...['image/png', 'application/octet-stream', '', 'application/pdf', 'application/zip'],
		...['text/json', 'application/problem+json; charset=utf-8', 'Application/JSON', 'text/xml'],
	])('is an error: an error document of the type %j', async (type) => {
		answer(Buffer.from(ERROR), type);
		const error = errorOf(await run('document.convert', convert));
		expect(error.message).toBe('Filestack responded: Unsupported conversion');
		expect(error.description).toContain('cannot convert a file of this type');
	});

	it.each([
		['a page', 'image/png', 'a web page', PAGE],
		['a long page', 'application/pdf', 'a web page', `<!-- ${'x'.repeat(9000)} -->${PAGE}\n`],
		['a page', 'TEXT/HTML; Charset=UTF-8', 'text/html', PAGE],
		['data', 'image/png', 'data', '{"width":3}'],
		['nothing', 'image/png', 'nothing', ''],
		['a file', 'text/plain', 'text/plain', PNG],
		['a file', 'application/json', 'application/json', PNG],
	])('is an error: %s as %s', async (_, type, seen, body) => {
		answer(body, type);
		const error = errorOf(await run('document.convert', convert));
		expect(error.message).toBe(`Filestack responded with ${seen} instead of the file`);
		expectOwnError(error as never);
	});

	it('is an error: the text of an error of another type', async () => {
		answer('Invalid Application', 'image/png');
		const error = errorOf(await run('image.resize', { width: 1 }));
		expect(error.message).toBe('Filestack responded: Invalid Application');
		expect(error.description).toContain('Check the API Key');
	});

	it.each([
		['IMAGE/PNG; charset=binary', PNG],
		['', PNG],
		['image/svg+xml', '<svg><title>error</title></svg>'],
		['text/xml', '<?xml version="1.0"?><svg><title>denied</title></svg>'],
		['application/pdf', '%PDF-1.4\n1 0 obj\n<< /Title (error) >>'],
		['text/css', 'body{color:red}/* error */'],
	])('is not what a file of the type %j is', async (type, body) => {
		answer(body, type);
		const [{ binary }] = outputOf(await run('document.convert', convert));
		expect(await bytesOf(binary!.data)).toEqual(Buffer.from(body));
	});

	it.each(['', ERROR, PAGE, 'error'])('may be the text of a document: %j', async (body) => {
		answer(body, 'text/plain');
		const [{ json }] = outputOf(await run('document.convert', { format: 'txt' }));
		expect(json.size).toBe(body.length);
	});
});
