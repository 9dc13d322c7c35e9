/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { buffer } from 'node:stream/consumers';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { PDFDocument } from 'pdf-lib';
import sharp from 'sharp';
import { type Entry, fromBuffer } from 'yauzl';

import { buildContext, bytesOf, errorOf, outputOf, startRun } from '../../support/engine';
import { eventually } from '../../support/eventually';
import {
	credentialsOf,
	filestack,
	filestackNode,
	newHandle,
	FilestackServer,
	SECRET,
} from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';
import { useRealWaits } from '../../support/waits';

useRealWaits();

const sandbox = useSandbox();
const recorder = new FilestackServer();
let pdf: string;
let text: string;

beforeAll(async () => {
	await recorder.start();
	const document = await PDFDocument.create();
	for (let page = 0; page < 3; page += 1) document.addPage([200, 300]);
	const bytes = Buffer.from(await document.save());
	pdf = await newHandle(sandbox, { name: 'invoice.pdf', type: 'application/pdf', bytes });
	text = await newHandle(sandbox, { name: 'note.txt', bytes: Buffer.from('Total: 12 EUR') });
});
afterAll(async () => await recorder.stop());
beforeEach(() => recorder.reset());

const DEFAULTS = { source: 'file', output: 'file', expiry: 'minutes', expiresInMinutes: 60 };
const run = async (operation: string, parameters: IDataObject = {}, more = {}) => {
	const [resource, name] = operation.split('.');
	const credentials = credentialsOf(sandbox);
	return await filestack(credentials, resource, name, { ...DEFAULTS, ...parameters }, more);
};
const advance = async (seconds: number) =>
	await sandbox.control.post('/clock', { advance: seconds });

describe('Document', () => {
	it('is converted to PDF', async () => {
		const word = { name: 'Angebot.docx', type: 'application/x-unknown', bytes: Buffer.from('x') };
		const file = await newHandle(sandbox, word);
		const options = { pageformat: 'a5', pageorientation: 'landscape' };
		const [{ json, binary }] = outputOf(
			await run('document.convert', { file, format: 'pdf', options }),
		);
		expect(json).toMatchObject({ name: 'Angebot.pdf', mimeType: 'application/pdf' });
		const [page] = (await PDFDocument.load(await bytesOf(binary!.data))).getPages();
		expect(page.getSize()).toEqual({ width: 595, height: 420 });
	});

	it('is converted to an image of a page', async () => {
		const parameters = { file: pdf, format: 'png', page: 3, options: { density: 144 } };
		const [{ json, binary }] = outputOf(await run('document.convert', parameters));
		expect(json.name).toBe('invoice.png');
		expect((await sharp(await bytesOf(binary!.data)).metadata()).width).toBe(400);
	});

	it('is converted to text', async () => {
		const [{ binary }] = outputOf(await run('document.convert', { file: text, format: 'txt' }));
		expect(String(await bytesOf(binary!.data))).toBe('Total: 12 EUR');
	});

	it('reports a conversion that Filestack does not support', async () => {
		const error = errorOf(await run('document.convert', { file: pdf, format: 'xlsx' }));
		expect(error.message).toBe('Filestack responded: Unsupported conversion');
		expect(error.description).toContain('cannot convert a file of this type');
		const stored = errorOf(
			await run('document.convert', { file: pdf, format: 'xlsx', output: 'stored' }),
		);
		expect(stored.message).toMatch(
			/^Filestack responded with 400: store: the result is not a file/,
		);
	});

	it.each([
		['2', 1],
		['1, 3', 2],
		['2-', 2],
		['-2', 2],
		['1-3, 1', 4],
		['={{ [1, "2-3"] }}', 3],
		['={{ 3 }}', 1],
	])('has the pages “%s” extracted', async (pages, count) => {
		const parameters = { file: pdf, pages, options: { pageformat: 'a5' } };
		const [{ json, binary }] = outputOf(await run('document.extractPages', parameters));
		expect(json).toMatchObject({ name: 'invoice.pdf', mimeType: 'application/pdf' });
		const extracted = (await PDFDocument.load(await bytesOf(binary!.data))).getPages();
		expect(extracted).toHaveLength(count);
		expect(extracted[0].getSize()).toEqual({ width: 420, height: 595 });
	});

	it.each(['0', '3-1', 'a', '1,', '-', '1]/flip/[2'])('has no pages “%s”', async (pages) => {
		const error = errorOf(await run('document.extractPages', { file: pdf, pages }));
		expect(error.message).toBe('The field “Pages” is not valid');
		expect(error.description).toContain('each a page number or a range such as 3-5 or 8-');
		expect(await sandbox.requests()).toEqual([]);
	});

	it('lacks pages after its end', async () => {
		const error = errorOf(await run('document.extractPages', { file: pdf, pages: '2-9' }));
		expect(error.message).toBe(
			'Filestack responded with 400: invalid parameter `pages` for `pdfconvert` task',
		);
		expect(error.description).toContain('Correct the parameter named in the message');
	});

	it('is merged with others in order, with an output for all input items', async () => {
		const canvas = { width: 40, height: 30, channels: 3, background: 'red' } as const;
		const bytes = await sharp({ create: canvas }).png().toBuffer();
		const scan = await newHandle(sandbox, { name: 'scan.png', type: 'image/png', bytes });
		const input = [scan, pdf, scan].map((handle) => ({ json: { handle } }));
		const parameters = { filesFrom: 'items', itemFile: '={{ $json.handle }}' };
		const output = outputOf(await run('document.merge', parameters, { input }));
		expect(output).toHaveLength(1);
		expect(output[0].pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(output[0].json).toMatchObject({
			name: 'document.pdf',
			mimeType: 'application/pdf',
		});
		const merged = await PDFDocument.load(await bytesOf(output[0].binary!.data));
		expect(merged.getPages().map((page) => page.getWidth())).toEqual([40, 200, 200, 200, 40]);
	});

	it('that is neither a PDF nor an image cannot be merged', async () => {
		const error = errorOf(
			await run('document.merge', { filesFrom: 'list', files: `${pdf}\n${text}` }),
		);
		expect(error.message).toBe('Filestack responded with 400: Unsupported input format');
		expect(error.description).toContain('Check the type of the source');
	});

	it('has a number of pages and their size', async () => {
		const [{ json }] = outputOf(await run('document.getInfo', { file: pdf }));
		expect(json).toEqual({ handle: pdf, pages: 3, width: 200, height: 300 });
	});
});

describe('Archive: Create ZIP', () => {
	/** Returns the names and texts of an archive, in order. */
	async function entriesOf(bytes: Buffer): Promise<Array<[name: string, content: string]>> {
		const entries: Array<[string, string]> = [];
		await new Promise<void>((resolve, reject) => {
			fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
				if (error) return reject(error);
				zip.on('entry', (entry: Entry) => {
					zip.openReadStream(entry, (_error, stream) => {
						void buffer(stream).then((content) => {
							entries.push([entry.fileName, content.toString()]);
							zip.readEntry();
						});
					});
				});
				zip.on('end', resolve);
				zip.readEntry();
			});
		});
		return entries;
	}

	it('combines the files of 100 input items, in order', async () => {
		const numbers = Array.from({ length: 100 }, (_, index) => index);
		const handles: string[] = [];
		for (const index of numbers) {
			const bytes = Buffer.from(String(index));
			handles.push(await newHandle(sandbox, { name: `${99 - index}.txt`, bytes }));
		}
		const input: INodeExecutionData[] = handles.map((handle) => ({ json: { handle } }));
		const parameters = { filesFrom: 'items', itemFile: '={{ $json.handle }}' };
		const output = outputOf(await run('archive.createZip', parameters, { input }));
		expect(output).toHaveLength(1);
		expect(output[0].pairedItem).toEqual(numbers.map((item) => ({ item })));
		expect(output[0].json).toMatchObject({ name: 'archive.zip', mimeType: 'application/zip' });
		expect(await entriesOf(await bytesOf(output[0].binary!.data))).toEqual(
			numbers.map((index) => [`${99 - index}.txt`, String(index)]),
		);
	});

	it('combines the files of a list, for each input item', async () => {
		const parameters = {
			filesFrom: 'list',
			files: `${text}\n${pdf}`,
			options: { fileName: 'a.zip' },
		};
		const input = [{ json: {} }, { json: {} }];
		const output = outputOf(await run('archive.createZip', parameters, { input }));
		expect(output.map(({ json }) => json.name)).toEqual(['a.zip', 'a.zip']);
		const entries = await entriesOf(await bytesOf(output[1].binary!.data));
		expect(entries.map(([name]) => name)).toEqual(['note.txt', 'invoice.pdf']);
	});

	it('is stored in Filestack', async () => {
		const parameters = { filesFrom: 'list', files: text, output: 'stored' };
		const [{ json }] = outputOf(await run('archive.createZip', parameters));
		expect(json).toMatchObject({
			mimeType: 'application/zip',
			handle: expect.any(String) as string,
		});
	});

	it.each([
		[['a]/flip/[b'], 'The field “Files” has a value that is not a handle or URL'],
		[['ftp://e.com/x'], 'The field “Files” is not a valid URL'],
		[[], 'The field “Files” is empty'],
		[Array.from({ length: 101 }, () => 'H'), 'The field “Files” has 101 files'],
	])('rejects the files %j', async (files, message) => {
		const list = `={{ ${JSON.stringify(files)} }}`;
		const error = errorOf(await run('archive.createZip', { filesFrom: 'list', files: list }));
		expect(error.message).toBe(message);
	});

	it('names the input item without a file', async () => {
		const input = [{ json: { handle: text } }, { json: {} }];
		const parameters = { filesFrom: 'items', itemFile: '={{ $json.handle }}' };
		const error = errorOf(await run('archive.createZip', parameters, { input }));
		expect(error.message).toBe('The field “File of Each Item” is empty');
	});
});

it('Website: Take Screenshot returns an image of the requested size', async () => {
	const parameters = {
		pageUrl: 'https://example.com/a?b=c#d',
		...{ mode: 'window', width: 640, height: 480 },
		options: { agent: 'mobile', delay: 0 },
	};
	const [{ json, binary }] = outputOf(await run('website.takeScreenshot', parameters));
	expect(json).toMatchObject({ name: 'screenshot.png', mimeType: 'image/png' });
	const { width, height } = await sharp(await bytesOf(binary!.data)).metadata();
	expect([width, height]).toEqual([640, 480]);
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
		const waiting = { ...parameters, file: text, wait: true, maxWaitMinutes: 1 };
		const [{ json }] = outputOf(await run('workflow.run', waiting));
		expect(json).toMatchObject({ finished: true, status: 'Finished' });
	});

	it('that takes too long is an error with its ID', async () => {
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
		recorder.respond({ body: { jobid: 'j-1', status: 'Started', workflow: 'w-1' } });
		const waiting = { ...DEFAULTS, ...parameters, file: 'HANDLE', wait: true, maxWaitMinutes: 60 };
		const node = filestackNode(recorder.credentials(), 'workflow', 'run', waiting);
		const { workflow, additionalData, mode } = buildContext(node);
		const running = startRun(workflow, additionalData, mode);
		// The second request is for the status, so that the wait has begun.
		await eventually(() => Promise.resolve(recorder.requests.length > 1));
		running.cancel();
		const { data } = await running;
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

	it.each(['a/b', 'a,sources:[x]', '-- --'])('rejects the ID %j', async (workflowId) => {
		const error = errorOf(await run('workflow.run', { ...parameters, file: text, workflowId }));
		expect(error.message).toBe('The field “Workflow ID” is not a valid ID');
	});

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
