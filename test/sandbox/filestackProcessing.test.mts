import { buffer } from 'node:stream/consumers';
import { PDFDocument } from 'pdf-lib';
import sharp from 'sharp';
import { fromBuffer } from 'yauzl';
import { handleOf, Stack, type Stored } from './filestackSupport.mts';
import { http } from './support.mts';

let stack: Stack;
/** 400 by 300 pixels: the left half is red, the right half is blue. */
let photo: Buffer;
let handle: string;

beforeAll(async () => {
	stack = await Stack.start();
	const half = await sharp({ create: { width: 200, height: 300, channels: 3, background: 'blue' } })
		.png()
		.toBuffer();
	photo = await sharp({ create: { width: 400, height: 300, channels: 3, background: 'red' } })
		.composite([{ input: half, left: 200, top: 0 }])
		.jpeg({ quality: 100 })
		.toBuffer();
	handle = await stack.handle(photo, { filename: 'photo.jpg' }, 'image/jpeg');
});
afterAll(async () => await stack.bench.stop());

const get = async <T = Buffer,>(path: string, policy: object = {}, type = 'arraybuffer') =>
	await stack.http.get<T>(stack.cdn(path, policy), { responseType: type as 'arraybuffer' });
const getJson = async (path: string, policy: object = {}) =>
	(await get<unknown>(path, policy, 'json')).data;
const sizeOf = async (path: string) => {
	const { status, data } = await get(path);
	if (status !== 200) throw new Error(data.toString());
	const { width, height, format } = await sharp(data).metadata();
	return [width, height, format];
};

describe('image tasks', () => {
	test.each<[string, number, number, string?]>([
		['resize=width:200,height:200', 200, 150],
		['resize=width:800,height:800', 800, 600],
		['resize=width:800,height:800,fit:max', 400, 300],
		['resize=width:200,height:200,fit:crop', 200, 200],
		['resize=width:100,height:300,fit:scale', 100, 300],
		['resize=width:100/resize=width:50', 50, 38],
		['crop=dim:[350,250,200,200]', 50, 50],
		['rotate=deg:90', 300, 400],
		['rotate=deg:45', 495, 495],
		['rotate=deg:exif', 400, 300],
		['border=width:20', 440, 340],
		['circle', 300, 300, 'png'],
		['circle=background:white', 300, 300],
		['border=width:20,color:ffffff', 440, 340],
		['rounded_corners=radius:max', 400, 300, 'png'],
		['upscale', 800, 600],
		['shadow', 420, 320],
		['polaroid=rotate:0', 430, 360],
		['crop_faces', 100, 100],
		['pjpg=quality:50', 400, 300],
		['output=format:png', 400, 300, 'png'],
		['output=format:webp,quality:50', 400, 300, 'webp'],
		['flip/flop/monochrome/negative/redeye', 400, 300],
		['blur=amount:3/sharpen/modulate=hue:90', 400, 300],
		['blackwhite/sepia=tone:50', 400, 300],
		['pixelate=amount:10/oil_paint=amount:2', 400, 300],
		['vignette/enhance/no_metadata/compress', 400, 300],
		['torn_edges=background:white/quality=value:10', 400, 300],
		['blur_faces/pixelate_faces', 400, 300],
		['partial_blur=objects:[[0,0,50,50],[390,290,50,50]]', 400, 300],
		['partial_pixelate=objects:[[10,10,50,50]]', 400, 300],
	])('%s', async (tasks, width, height, format = 'jpeg') => {
		expect(await sizeOf(`${tasks}/${handle}`)).toEqual([width, height, format]);
	});

	test('run in the order of the path', async () => {
		const cropped = await sizeOf(`resize=width:100/crop=dim:[0,0,90,90]/${handle}`);
		const resized = await sizeOf(`crop=dim:[0,0,90,90]/resize=width:100/${handle}`);
		expect([cropped, resized]).toEqual([
			[90, 75, 'jpeg'],
			[100, 100, 'jpeg'],
		]);
	});

	test('show the requested part', async () => {
		const path = (align: string) => `resize=width:10,height:300,fit:crop,align:${align}/${handle}`;
		const color = async (align: string) => {
			const { dominant } = await sharp((await get(path(align))).data).stats();
			return dominant.r > dominant.b ? 'red' : 'blue';
		};
		expect([await color('left'), await color('[top,right]')]).toEqual(['red', 'blue']);
	});

	test('make an animation of several images', async () => {
		const square = { create: { width: 90, height: 90, channels: 3, background: 'lime' } } as const;
		const other = await stack.handle(
			await sharp(square).png().toBuffer(),
			{ filename: 'square.png' },
			'image/png',
		);
		const framesOf = async (task: string) => {
			const { data, headers } = await get(`${task}/[${handle},${other},${handle}]`);
			expect(headers['content-type']).toBe('image/gif');
			const { pages, width, pageHeight, delay, loop } = await sharp(data, {
				animated: true,
			}).metadata();
			return [pages, width, pageHeight, delay?.[0], loop];
		};
		expect(await framesOf('animate')).toEqual([3, 400, 300, 1000, 0]);
		expect(await framesOf('animate=delay:200,loop:2,width:100,height:100')).toEqual([
			...[3, 100, 100, 200, 2],
		]);
		expect((await get(`animate=width:1801/[${handle},${other}]`)).status).toBe(400);
		expect((await get(`flip/[${handle},${other}]`)).status).toBe(400);
	});

	test('use other files', async () => {
		const mark = await stack.handle(
			await sharp({ create: { width: 50, height: 50, channels: 3, background: 'lime' } })
				.png()
				.toBuffer(),
			{ filename: 'mark.png' },
			'image/png',
		);
		const { data } = await get(`watermark=file:${mark},position:[top,left]/${handle}`);
		const [pixel] = await sharp(data)
			.extract({ left: 10, top: 10, width: 1, height: 1 })
			.raw()
			.toBuffer()
			.then((bytes) => [[...bytes]]);
		expect(pixel[1]).toBeGreaterThan(200);
		expect(
			await sizeOf(`collage=files:[${mark},${handle}],width:600,height:400/${handle}`),
		).toEqual([600, 400, 'jpeg']);
	});

	test('are available in Base64 form', async () => {
		const json = JSON.stringify([{ name: 'resize', params: { width: 50 } }]);
		const { policy, signature } = stack.sign();
		const tasks = JSON.stringify([
			...(JSON.parse(json) as object[]),
			{ name: 'security', params: { policy, signature } },
		]);
		const encode = (text: string) => Buffer.from(text).toString('base64url');
		const url = `${stack.origins.cdn}/b64/${encode(tasks)}/b64://${encode(handle)}`;
		const { data } = await stack.http.get<Buffer>(url, { responseType: 'arraybuffer' });
		expect((await sharp(data).metadata()).width).toBe(50);
	});

	test.each([
		['resize=heigt:100', 'invalid parameter `heigt` for `resize` task'],
		['resize=width:10001', 'invalid parameter `width` for `resize` task'],
		['resize', 'invalid parameter `width` for `resize` task'],
		['blur=amount:1.5', 'invalid parameter `amount` for `blur` task'],
		['border=color:nosuchcolor', 'Invalid parameter: color'],
		['border=color:#000', 'invalid parameter `color` for `border` task'],
		['resize=width:10000,height:10000,fit:scale/border', 'Output size limit exceeded'],
	])('reject %s', async (tasks, message) => {
		const { status, data } = await get(`${encodeURI(tasks).replace('#', '%23')}/${handle}`);
		expect([status, data.toString()]).toEqual([400, message]);
	});

	test('reject files that are not images', async () => {
		const text = await stack.handle('hello', { filename: 'a.txt' });
		const { status, data } = await get(`resize=width:10/${text}`);
		expect([status, data.toString()]).toEqual([400, 'Unsupported input format']);
	});

	test('need the calls convert and read', async () => {
		for (const call of [['read'], ['convert'], ['store']]) {
			expect((await get(`flip/${handle}`, { call })).status).toBe(403);
		}
		expect((await get(`flip/${handle}`, { call: ['read', 'convert'] })).status).toBe(200);
		expect((await get(`flip/${handle}`, { handle: 'A'.repeat(20) })).status).toBe(403);
	});

	test('are stored as a new file', async () => {
		const call = ['read', 'convert', 'store'];
		const path = `resize=width:40/store=filename:"a, b.jpg",path:"x/"/${handle}`;
		const data = (await getJson(path, { call })) as Stored;
		expect(data).toMatchObject({ filename: 'a, b.jpg', type: 'image/jpeg' });
		expect('handle' in data).toBe(false);
		expect((await sharp(await stack.bytes(handleOf(data.url))).metadata()).width).toBe(40);
		expect((await get(path, { call: ['read', 'convert'] })).status).toBe(403);
	});
});

describe('documents', () => {
	const pdfWith = async (pages: number) => {
		const pdf = await PDFDocument.create();
		for (let page = 0; page < pages; page += 1) pdf.addPage([200, 300]);
		return Buffer.from(await pdf.save());
	};
	const pagesOf = async (bytes: Buffer) => (await PDFDocument.load(bytes)).getPageCount();

	test('are described, converted and combined', async () => {
		const pdf = await stack.handle(await pdfWith(5), { filename: 'a.pdf' }, 'application/pdf');
		expect(await getJson(`output=docinfo:true/${pdf}`)).toEqual({
			numpages: 5,
			dimensions: { width: 200, height: 300 },
		});
		expect(await sizeOf(`output=format:png,page:5,density:144/${pdf}`)).toEqual([400, 600, 'png']);
		expect((await get(`output=format:png,page:6/${pdf}`)).status).toBe(400);
		expect(await pagesOf((await get(`pdfconvert=pages:[1,3-4]/${pdf}`)).data)).toBe(3);
		expect((await get(`pdfconvert=pages:[4-9]/${pdf}`)).status).toBe(400);
		expect(await pagesOf((await get(`pdfcreate/[${pdf},${handle}]`)).data)).toBe(6);
		const word = await stack.handle('x', { filename: 'a.docx' }, 'application/octet-stream');
		expect(await pagesOf((await get(`output=format:pdf/${word}`)).data)).toBe(1);
		expect(await getJson(`output=format:xls/${word}`)).toEqual({ error: 'Unsupported conversion' });
	});

	test('are archived under their names, in order', async () => {
		const [a, b] = [
			await stack.handle('1', { filename: 'a.txt' }),
			await stack.handle('2', { filename: 'a.txt' }),
		];
		const { data, headers } = await get(`zip/[${b},${a},${handle}]`);
		expect(headers['content-type']).toBe('application/zip');
		expect(await entriesOf(data)).toEqual([
			['a.txt', '2'],
			['a (1).txt', '1'],
			['photo.jpg', photo.toString()],
		]);
		expect((await get(`zip/[${a},${b}]`, { handle: a })).status).toBe(403);
	});
});

async function entriesOf(bytes: Buffer): Promise<[string, string][]> {
	const entries: [string, string][] = [];
	await new Promise<void>((resolve, reject) => {
		fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
			if (error) return reject(error);
			zip.on('entry', (entry: { fileName: string }) => {
				zip.openReadStream(entry as never, (_error, stream) => {
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

describe('data', () => {
	test('has the documented shapes', async () => {
		expect(await getJson(`imagesize/${handle}`)).toEqual({ height: 300, width: 400 });
		expect(await getJson(`detect_faces=export:true/${handle}`)).toEqual([
			expect.objectContaining({ width: 100, height: 100 }),
		]);
		expect(await getJson(`tags/sfw/caption/${handle}`)).toEqual({
			tags: { auto: expect.any(Object) as object, user: null },
			sfw: true,
			caption: 'a picture of photo',
		});
		const text = await stack.handle('one two\nthree', { filename: 'a.txt' });
		expect(await getJson(`ocr/${text}`)).toMatchObject({ text: 'one two\nthree' });
		const key = stack.apiKey;
		const { policy, signature } = stack.sign();
		const path = `/${key}/security=p:${policy},s:${signature}/text_sentiment=text:"great, thanks"`;
		const { data } = await stack.http.get<{ emotions: { Positive: number } }>(
			stack.origins.cdn + path,
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
		expect(await getJson(`debug/resize=width:5/${handle}`)).toMatchObject({
			debug: true,
			chain: [{ name: 'resize', params: { width: '5' } }],
		});
	});
});

describe('a URL', () => {
	test('is processed with the API key, and only if the policy allows it', async () => {
		const source = `${stack.origins.cdn}/${handle}?${new URLSearchParams({ ...stack.sign() }).toString()}`;
		const path = (policy: object, key = stack.apiKey) => {
			const { policy: p, signature: s } = stack.sign(policy);
			return `${stack.origins.cdn}/${key}/security=p:${p},s:${s}/resize=width:20/${encodeURIComponent(source)}`;
		};
		const { data } = await stack.http.get<Buffer>(path({ call: ['convert'] }), {
			responseType: 'arraybuffer',
		});
		expect((await sharp(data).metadata()).width).toBe(20);
		expect((await stack.http.get(path({ url: '^https://elsewhere' }))).status).toBe(403);
		expect((await stack.http.get(path({}, 'other'))).status).toBe(401);
	});

	test('is shown as a screenshot', async () => {
		const { policy, signature } = stack.sign();
		const path = `/${stack.apiKey}/security=p:${policy},s:${signature}/urlscreenshot=width:800,height:600/https%3A%2F%2Fexample.com`;
		const { data } = await stack.http.get<Buffer>(stack.origins.cdn + path, {
			responseType: 'arraybuffer',
		});
		expect((await sharp(data).metadata()).width).toBe(800);
	});
});

describe('jobs', () => {
	const withKey = (path: string, policy: object = {}) => {
		const { policy: p, signature: s } = stack.sign(policy);
		return `${stack.origins.cdn}/${stack.apiKey}/security=p:${p},s:${s}/${path}`;
	};

	test('convert videos, once per request', async () => {
		const video = await stack.handle('video', { filename: 'v.mov' }, 'video/quicktime');
		const url = withKey(`video_convert=preset:h264/${video}`);
		const { data: first } = await stack.http.get<{ uuid: string; status: string }>(url);
		expect(first.status).toBe('started');
		expect((await stack.http.get<{ uuid: string }>(url)).data.uuid).toBe(first.uuid);
		await stack.bench.sandbox.clock.advance(10);
		const { data } = await stack.http.get<{ status: string; data: { url: string } }>(
			withKey(`video_convert/${first.uuid}`),
		);
		expect(data.status).toBe('completed');
		expect(await stack.metadata(handleOf(data.data.url), 'filename')).toEqual({
			filename: 'v.mp4',
		});
		expect((await stack.http.get(withKey(`video_convert=preset:x/${video}`))).status).toBe(400);
	});

	test('run workflows', async () => {
		const { data } = await stack.http.get<{ jobid: string }>(
			withKey(`run_workflow=id:w1/${handle}`),
		);
		const status = `workflow_status=job_id:${data.jobid}`;
		expect((await stack.http.get(withKey(status))).data).toMatchObject({
			status: 'Started',
			results: {},
		});
		await stack.bench.sandbox.clock.advance(10);
		const { data: finished } = await stack.http.get<{ results: object }>(withKey(status));
		expect(finished).toMatchObject({ status: 'Finished', workflow: 'w1' });
		expect(Object.values(finished.results)).toEqual([
			{ data: { infected: false, infections_list: [] } },
		]);
		expect((await stack.http.get(withKey(status, { call: ['read'] }))).status).toBe(403);
		expect((await stack.http.get(withKey('workflow_status=job_id:x'))).status).toBe(404);
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
		expect(await getJson(path())).toEqual({ error: 'Processing timeout' });
		expect(await getJson(`resize=width:10/store/${handle}`)).toEqual({
			error: 'Processing timeout',
		});
		await stack.settings({ processingResult: 'plainText400' });
		const { status, data, headers } = await get(path());
		expect([status, data.toString()]).toEqual([400, 'Output size limit exceeded']);
		expect(headers['content-type']).toMatch('text/plain');
		// Data is not affected.
		expect(await getJson(`imagesize/${handle}`)).toEqual({ width: 400, height: 300 });
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
		const { policy, signature } = stack.sign();
		const status = await stack.http.get<{ status: string }>(
			`${stack.origins.cdn}/${stack.apiKey}/security=p:${policy},s:${signature}/workflow_status=job_id:${data.jobid}`,
		);
		return [status.data.status, (await webhookCount()) - before];
	}

	async function webhookCount(): Promise<number> {
		const { data } = await stack.bench.control<{ event: string }[]>('get', '/api/deliveries');
		return data.filter(({ event }) => event === 'fs.workflow').length;
	}
});
