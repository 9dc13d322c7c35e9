import { PDFDocument } from 'pdf-lib';
import sharp from 'sharp';
import { unzipTexts } from '../support/unzip.js';
import { PhotoStack } from './filestackPhoto.mts';
import { handleOf, type Stack } from './filestackSupport.mts';
import { http } from './support.mts';

let photos: PhotoStack;
let stack: Stack;
let handle: string;
beforeAll(async () => {
	photos = await PhotoStack.start();
	({ stack, handle } = photos);
});
afterAll(async () => await photos.stop());

describe('documents', () => {
	const pdfWith = async (pages: number) => {
		const pdf = await PDFDocument.create();
		for (let page = 0; page < pages; page += 1) pdf.addPage([200, 300]);
		return Buffer.from(await pdf.save());
	};
	const pagesOf = async (bytes: Buffer) => (await PDFDocument.load(bytes)).getPageCount();

	test('are described, converted and combined', async () => {
		const pdf = await stack.handle(await pdfWith(5), { filename: 'a.pdf' }, 'application/pdf');
		expect(await photos.getJson(`output=docinfo:true/${pdf}`)).toEqual({
			numpages: 5,
			dimensions: { width: 200, height: 300 },
		});
		expect(await photos.sizeOf(`output=format:png,page:5,density:144/${pdf}`)).toEqual([
			400,
			600,
			'png',
		]);
		expect((await photos.get(`output=format:png,page:6/${pdf}`)).status).toBe(400);
		expect(await pagesOf((await photos.get(`pdfconvert=pages:[1,3-4]/${pdf}`)).data)).toBe(3);
		expect((await photos.get(`pdfconvert=pages:[4-9]/${pdf}`)).status).toBe(400);
		expect(await pagesOf((await photos.get(`pdfcreate/[${pdf},${handle}]`)).data)).toBe(6);
		const word = await stack.handle('x', { filename: 'a.docx' }, 'application/octet-stream');
		expect(await pagesOf((await photos.get(`output=format:pdf/${word}`)).data)).toBe(1);
		expect(await photos.getJson(`output=format:xls/${word}`)).toEqual({
			error: 'Unsupported conversion',
		});
	});

	test('are archived under their names, in order', async () => {
		const [a, b] = [
			await stack.handle('1', { filename: 'a.txt' }),
			await stack.handle('2', { filename: 'a.txt' }),
		];
		const { data, headers } = await photos.get(`zip/[${b},${a},${handle}]`);
		expect(headers['content-type']).toBe('application/zip');
		expect(await unzipTexts(data)).toEqual([
			['a.txt', '2'],
			['a (1).txt', '1'],
			['photo.jpg', photos.photo.toString()],
		]);
		expect((await photos.get(`zip/[${a},${b}]`, { handle: a })).status).toBe(403);
	});
});

describe('data', () => {
	test('has the documented shapes', async () => {
		expect(await photos.getJson(`imagesize/${handle}`)).toEqual({ height: 300, width: 400 });
		expect(await photos.getJson(`detect_faces=export:true/${handle}`)).toEqual([
			expect.objectContaining({ width: 100, height: 100 }),
		]);
		expect(await photos.getJson(`tags/sfw/caption/${handle}`)).toEqual({
			tags: { auto: expect.any(Object) as object, user: null },
			sfw: true,
			caption: 'a picture of photo',
		});
		const text = await stack.handle('one two\nthree', { filename: 'a.txt' });
		expect(await photos.getJson(`ocr/${text}`)).toMatchObject({ text: 'one two\nthree' });
		const { data } = await stack.http.get<{ emotions: { Positive: number } }>(
			photos.withKey('text_sentiment=text:"great, thanks"'),
		);
		expect(data.emotions.Positive).toBeGreaterThan(0.5);
	});

	test('of AI tasks always needs a policy', async () => {
		await stack.settings({ security: 'off' });
		expect((await stack.http.get(`${stack.origins.cdn}/tags/${handle}`)).status).toBe(403);
		expect((await stack.http.get(`${stack.origins.cdn}/flip/${handle}`)).status).toBe(200);
		await stack.settings({ security: 'on' });
	});

	test('describes a chain with debug', async () => {
		expect(await photos.getJson(`debug/resize=width:5/${handle}`)).toMatchObject({
			debug: true,
			chain: [{ name: 'resize', params: { width: '5' } }],
		});
	});
});

describe('a URL', () => {
	test('is processed with the API key, and only if the policy allows it', async () => {
		const source = `${stack.origins.cdn}/${handle}?${new URLSearchParams({ ...stack.sign() }).toString()}`;
		const path = (policy: object, key?: string) =>
			photos.withKey(`resize=width:20/${encodeURIComponent(source)}`, policy, key);
		const { data } = await stack.http.get<Buffer>(path({ call: ['convert'] }), {
			responseType: 'arraybuffer',
		});
		expect((await sharp(data).metadata()).width).toBe(20);
		expect((await stack.http.get(path({ url: '^https://elsewhere' }))).status).toBe(403);
		expect((await stack.http.get(path({}, 'other'))).status).toBe(401);
	});

	test('is shown as a screenshot', async () => {
		const task = 'urlscreenshot=width:800,height:600/https%3A%2F%2Fexample.com';
		const { data } = await stack.http.get<Buffer>(photos.withKey(task), {
			responseType: 'arraybuffer',
		});
		expect((await sharp(data).metadata()).width).toBe(800);
	});
});

describe('jobs', () => {
	test('convert videos, once per request', async () => {
		const video = await stack.handle('video', { filename: 'v.mov' }, 'video/quicktime');
		const url = photos.withKey(`video_convert=preset:h264/${video}`);
		const { data: first } = await stack.http.get<{ uuid: string; status: string }>(url);
		expect(first.status).toBe('started');
		expect((await stack.http.get<{ uuid: string }>(url)).data.uuid).toBe(first.uuid);
		await stack.bench.sandbox.clock.advance(10);
		const { data } = await stack.http.get<{ status: string; data: { url: string } }>(
			photos.withKey(`video_convert/${first.uuid}`),
		);
		expect(data.status).toBe('completed');
		expect(await stack.metadata(handleOf(data.data.url), 'filename')).toEqual({
			filename: 'v.mp4',
		});
		expect((await stack.http.get(photos.withKey(`video_convert=preset:x/${video}`))).status).toBe(
			400,
		);
	});

	test('run workflows', async () => {
		const { data } = await stack.http.get<{ jobid: string }>(
			photos.withKey(`run_workflow=id:w1/${handle}`),
		);
		const status = `workflow_status=job_id:${data.jobid}`;
		expect((await stack.http.get(photos.withKey(status))).data).toMatchObject({
			status: 'Started',
			results: {},
		});
		await stack.bench.sandbox.clock.advance(10);
		const { data: finished } = await stack.http.get<{ results: object }>(photos.withKey(status));
		expect(finished).toMatchObject({ status: 'Finished', workflow: 'w1' });
		expect(Object.values(finished.results)).toEqual([
			{ data: { infected: false, infections_list: [] } },
		]);
		expect((await stack.http.get(photos.withKey(status, { call: ['read'] }))).status).toBe(403);
		expect((await stack.http.get(photos.withKey('workflow_status=job_id:x'))).status).toBe(404);
	});
});

describe('settings', () => {
	beforeAll(async () => {
		const webhook = { url: 'http://127.0.0.1:9/', events: ['fs.workflow'] };
		await stack.bench.control('post', '/api/services/filestack/webhooks', webhook);
	});
	afterEach(
		async () =>
			await stack.settings({
				...{ processingResult: 'documented', missingPolicyStatus: '403', security: 'on' },
				...{ videoOutcome: 'complete', workflowOutcome: 'finished', workflowEvent: 'sent' },
			}),
	);
	const path = () => `resize=width:10/${handle}`;

	test('return JSON or an error instead of a file', async () => {
		await stack.settings({ processingResult: 'json' });
		// Not documented, so not in the OpenAPI document.
		const { headers: ofJson, data: json } = await http.get<unknown>(stack.cdn(path()));
		expect(ofJson['content-type']).toMatch('application/json');
		expect(json).toMatchObject({ mimetype: 'image/jpeg' });
		await stack.settings({ processingResult: 'errorIn200' });
		expect(await photos.getJson(path())).toEqual({ error: 'Processing timeout' });
		expect(await photos.getJson(`resize=width:10/store/${handle}`)).toEqual({
			error: 'Processing timeout',
		});
		await stack.settings({ processingResult: 'plainText400' });
		const { status, data, headers } = await photos.get(path());
		expect([status, data.toString()]).toEqual([400, 'Output size limit exceeded']);
		expect(headers['content-type']).toMatch('text/plain');
		// Data is not affected.
		expect(await photos.getJson(`imagesize/${handle}`)).toEqual({ width: 400, height: 300 });
	});

	test('report a missing policy with 400', async () => {
		await stack.settings({ missingPolicyStatus: '400' });
		const { status, data } = await stack.http.get<string>(`${stack.origins.cdn}/${path()}`);
		expect([status, data]).toEqual([400, 'policy error: proper credentials were not provided']);
	});

	test.each([
		['stuck', 'pending', {}],
		['failed', 'failed', {}],
		['withoutUrl', 'completed', {}],
	])('let videos be %s', async (videoOutcome, status, data) => {
		await stack.settings({ videoOutcome });
		const video = await stack.handle('video', { filename: 'v.mov' }, 'video/quicktime');
		const url = stack.cdn(`video_convert=preset:webm/${video}`);
		await stack.http.get(url);
		await stack.bench.sandbox.clock.advance(10);
		expect((await stack.http.get<object>(url)).data).toMatchObject({ status, data });
	});

	test.each([
		['stuck', 'Started', 0],
		['failed', 'Failed', 1],
		['finished', 'Finished', 1],
	])('let workflows be %s', async (workflowOutcome, status, webhooks) => {
		await stack.settings({ workflowOutcome });
		const seen = await runWorkflow();
		expect(seen).toEqual([status, webhooks]);
	});

	test('lose the webhook of a workflow', async () => {
		await stack.settings({ workflowEvent: 'lost' });
		expect(await runWorkflow()).toEqual(['Finished', 0]);
	});

	/** Runs a workflow and returns its status and the number of its webhooks. */
	async function runWorkflow(): Promise<[status: string, webhooks: number]> {
		const before = await webhookCount();
		const { data } = await stack.http.get<{ jobid: string }>(
			stack.cdn(`run_workflow=id:w1/${handle}`),
		);
		await stack.bench.sandbox.clock.advance(10);
		const status = await stack.http.get<{ status: string }>(
			photos.withKey(`workflow_status=job_id:${data.jobid}`),
		);
		return [status.data.status, (await webhookCount()) - before];
	}

	async function webhookCount(): Promise<number> {
		const { data } = await stack.bench.control<{ event: string }[]>('get', '/api/deliveries');
		return data.filter(({ event }) => event === 'fs.workflow').length;
	}
});
