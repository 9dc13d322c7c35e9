import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import { parseRange } from '../../sandbox/core/sendBlob.mts';
import { App } from './filesAppSupport.mts';
import { Shot } from './fileShotSupport.mts';
import { Stack } from './filestackSupport.mts';
import { Instance } from './speedyFilesSupport.mts';
import { Bench, eventually, http, Receiver, upload } from './support.mts';

const BYTES = '0123456789';

/** A download of ten bytes. */
interface Download {
	url: string;
	headers?: Record<string, string>;
}

/** A service's download, in its own sandbox. */
interface Server {
	bench: Bench;
	service: string;
	/** Stores the ten bytes and returns how to download them. */
	store(): Promise<Download>;
	/** The body of a 416. */
	refusal: unknown;
}

let server: Server;
afterEach(async () => await server.bench.stop());

const SERVERS: [download: string, start: () => Promise<Server>][] = [
	[
		'Files App: a file',
		async () => {
			const app = await App.start();
			const { apiKey } = app.bench.sandbox.info.services.filesApp.credentials;
			const headers = { authorization: `Bearer ${apiKey}` };
			return {
				...{ bench: app.bench, service: 'filesApp' },
				store: async () => ({
					url: `${app.api}/files/${await app.upload('a.txt', BYTES)}?download=true`,
					headers,
				}),
				refusal: { error: { code: 'range_not_satisfiable', message: 'Range Not Satisfiable' } },
			};
		},
	],
	[
		'Files App: a share link',
		async () => {
			const app = await App.start();
			return {
				...{ bench: app.bench, service: 'filesApp' },
				store: async () => {
					const file_id = await app.upload('a.txt', BYTES);
					const { url } = (await app.post('/share', { file_id })).data;
					const page = (await http.get<string>(url)).data;
					const href = /href="([^"]*\/file\?[^"]*)"/.exec(page)?.[1].replaceAll('&amp;', '&');
					return { url: new URL(href ?? '', url).href };
				},
				refusal: expect.anything(),
			};
		},
	],
	[
		'FileShot: the CDN',
		async () => {
			const shot = await Shot.start();
			return {
				...{ bench: shot.bench, service: 'fileShot' },
				store: async () => {
					const { fileId } = await shot.upload('a.txt', BYTES);
					const { headers } = await shot.get(`/files/download/${fileId}`);
					return { url: String(headers.location) };
				},
				refusal: { error: 'Range Not Satisfiable' },
			};
		},
	],
	[
		'FileShot: a direct stream',
		async () => {
			const shot = await Shot.start({ download: 'stream' });
			return {
				...{ bench: shot.bench, service: 'fileShot' },
				store: async () => ({
					url: `${shot.api}/files/download/${(await shot.upload('a.txt', BYTES)).fileId}`,
				}),
				refusal: { error: 'Range Not Satisfiable' },
			};
		},
	],
	[
		'Filestack: the File API',
		async () => {
			const stack = await Stack.start();
			return {
				...{ bench: stack.bench, service: 'filestack' },
				store: async () => {
					const handle = await stack.handle(BYTES);
					const proof = new URLSearchParams({ ...stack.sign({ call: ['read'], handle }) });
					return { url: `${stack.file(handle)}?${proof.toString()}` };
				},
				refusal: { result: 'error', error: { code: 416, msg: 'Range Not Satisfiable' } },
			};
		},
	],
	[
		'Filestack: the CDN',
		async () => {
			const stack = await Stack.start();
			return {
				...{ bench: stack.bench, service: 'filestack' },
				store: async () => ({ url: stack.cdn(await stack.handle(BYTES)) }),
				refusal: 'Range Not Satisfiable',
			};
		},
	],
	[
		'FileCourier: a delivered file',
		async () => {
			const bench = await Bench.start();
			const receiver = await Receiver.start();
			return {
				...{ bench, service: 'fileCourier' },
				store: async () => {
					receiver.requests.length = 0;
					const { link } = await bench.session({ callback_url: receiver.url });
					await upload(link, { name: 'a.txt', bytes: BYTES, type: 'text/plain' });
					const { body: raw } = await eventually(
						async () => await Promise.resolve(receiver.requests[0]),
					);
					const { data } = JSON.parse(raw) as { data: { files: { url: string }[] } };
					return { url: data.files[0].url };
				},
				refusal: { status: false, error: 'Range Not Satisfiable' },
			};
		},
	],
	[
		'SpeedyFiles: S3 storage',
		async () => {
			const instance = await Instance.start();
			await instance.set({ storage: 's3' });
			return {
				...{ bench: instance.bench, service: 'speedyFiles' },
				store: async () => {
					const { link, files } = await instance.sent({ name: 'a.txt', bytes: BYTES });
					const { headers } = await http.get(`${link}/file/${files[0]}`);
					return { url: String(headers.location) };
				},
				refusal: expect.stringContaining('<Code>InvalidRange</Code>'),
			};
		},
	],
];

const get = async (
	{ url, headers }: Download,
	more: Record<string, string> = {},
	config: AxiosRequestConfig = {},
): Promise<AxiosResponse<string>> =>
	await http.request<string>({
		...{ url, headers: { ...headers, ...more }, responseType: 'text', ...config },
	});

const set = async ({ bench, service }: Server, mode: string) =>
	await bench.control('patch', `/api/services/${service}/settings`, { ranges: mode });

/** A request with a Range: which part the response contains; `undefined` stands for the whole file. */
const RANGES: [range: string, part: string | undefined][] = [
	['bytes=2-4', '234'],
	['bytes=0-0', '0'],
	['bytes=7-', '789'],
	['bytes=-3', '789'],
	['bytes=-30', BYTES],
	['bytes=8-1000', '89'],
	['BYTES=1-2', '12'],
	['bytes=4-2', undefined],
	['bytes=-', undefined],
	['bytes=0-1,4-5', undefined],
	['items=0-1', undefined],
	['nonsense', undefined],
];

const summary = ({ status, data, headers }: AxiosResponse<string>) => ({
	status,
	data,
	range: headers['content-range'] as unknown,
	length: headers['content-length'] as unknown,
});

const WHOLE = { status: 200, data: BYTES, range: undefined, length: '10' };

function partial(part: string) {
	const start = BYTES.indexOf(part);
	const range = `bytes ${start}-${start + part.length - 1}/10`;
	return { status: 206, data: part, range, length: String(part.length) };
}

describe.each(SERVERS)('%s', (_download, start) => {
	let file: Download;
	let etag: string;
	let modified: string;
	beforeEach(async () => {
		server = await start();
		file = await server.store();
		const { headers } = await get(file);
		etag = String(headers.etag);
		modified = String(headers['last-modified']);
	});

	test('has a strong ETag, Last-Modified and Accept-Ranges', async () => {
		const { headers } = await get(file);
		expect(headers).toMatchObject({ 'accept-ranges': 'bytes', etag, 'last-modified': modified });
		expect(etag).toMatch(/^"[^"]+"$/);
		expect(Number.isNaN(Date.parse(modified))).toBe(false);
		expect((await get(await server.store())).headers.etag).not.toBe(etag);
	});

	test('returns single ranges and ignores others', async () => {
		for (const [range, part] of RANGES) {
			const wanted = part === undefined ? WHOLE : partial(part);
			expect([range, summary(await get(file, { range }))]).toEqual([range, wanted]);
		}
	});

	test('rejects ranges outside of the file with 416 in its own format', async () => {
		for (const range of ['bytes=10-', 'bytes=50-60', 'bytes=-0']) {
			const { status, headers, data } = await get(file, { range });
			expect([range, status, headers['content-range']]).toEqual([range, 416, 'bytes */10']);
			const isJson = /json/.test(headers['content-type'] as string);
			expect(isJson ? JSON.parse(data) : data).toEqual(server.refusal);
			expect(headers['content-disposition']).toBeUndefined();
		}
	});

	test('compares If-Range with the ETag and the date', async () => {
		const range = 'bytes=2-4';
		for (const current of [etag, modified]) {
			const part = await get(file, { range, 'if-range': current });
			expect([current, summary(part)]).toEqual([current, partial('234')]);
		}
		const past = new Date(Date.parse(modified) - 1000).toUTCString();
		const future = new Date(Date.parse(modified) + 1000).toUTCString();
		for (const outdated of ['"other"', `W/${etag}`, past, future, 'nonsense']) {
			const whole = await get(file, { range, 'if-range': outdated });
			expect([outdated, summary(whole)]).toEqual([outdated, WHOLE]);
		}
	});

	test('responds to other conditions with 304 or 412', async () => {
		const past = new Date(Date.parse(modified) - 1000).toUTCString();
		const conditions: [Record<string, string>, number][] = [
			[{ 'if-none-match': etag }, 304],
			[{ 'if-none-match': `"a", W/${etag}` }, 304],
			[{ 'if-none-match': '*' }, 304],
			[{ 'if-none-match': '"other"', 'if-modified-since': modified }, 200],
			[{ 'if-modified-since': modified }, 304],
			[{ 'if-modified-since': past }, 200],
			[{ 'if-match': etag }, 200],
			[{ 'if-match': '"other"' }, 412],
			[{ 'if-match': '*' }, 200],
			[{ 'if-unmodified-since': past }, 412],
			[{ 'if-unmodified-since': modified }, 200],
		];
		for (const [condition, wanted] of conditions) {
			const { status, data } = await get(file, condition);
			expect([condition, status]).toEqual([condition, wanted]);
			if (wanted === 304) expect(data).toBe('');
		}
	});

	test('ignores Range for HEAD', async () => {
		const head = await get(file, { range: 'bytes=2-4' }, { method: 'head' });
		expect(summary(head)).toEqual({ ...WHOLE, data: '' });
	});

	test('with a weak ETag, If-Range only matches by date', async () => {
		await set(server, 'weakEtag');
		const { headers } = await get(file);
		expect(headers.etag).toBe(`W/${etag}`);
		const range = 'bytes=2-4';
		for (const outdated of [`W/${etag}`, etag]) {
			expect(summary(await get(file, { range, 'if-range': outdated }))).toEqual(WHOLE);
		}
		expect(summary(await get(file, { range, 'if-range': modified }))).toEqual(partial('234'));
		expect((await get(file, { 'if-none-match': `W/${etag}` })).status).toBe(304);
	});

	test('without ranges, ignores Range and does not announce it', async () => {
		await set(server, 'unsupported');
		for (const range of ['bytes=2-4', 'bytes=50-']) {
			const whole = await get(file, { range, 'if-range': etag });
			expect(summary(whole)).toEqual(WHOLE);
			expect(whole.headers['accept-ranges']).toBeUndefined();
		}
	});
});

describe('SpeedyFiles: local storage (Starlette)', () => {
	let file: Download;
	beforeEach(async () => {
		const instance = await Instance.start();
		server = {
			...{ bench: instance.bench, service: 'speedyFiles', refusal: '' },
			store: async () => {
				const { link, files } = await instance.sent({ name: 'a.txt', bytes: BYTES });
				return { url: `${link}/file/${files[0]}` };
			},
		};
		file = await server.store();
	});

	test('supports ranges and If-Range, but no other conditions', async () => {
		const { headers } = await get(file);
		const etag = String(headers.etag);
		const modified = String(headers['last-modified']);
		expect(headers['accept-ranges']).toBe('bytes');
		for (const current of [etag, modified]) {
			const part = await get(file, { range: 'bytes=2-', 'if-range': current });
			expect(summary(part)).toEqual(partial('23456789'));
		}
		expect(summary(await get(file, { range: 'bytes=2-', 'if-range': '"other"' }))).toEqual(WHOLE);
		expect((await get(file, { 'if-none-match': etag, 'if-match': '"other"' })).status).toBe(200);
	});

	test('rejects a range outside of the file with an empty 416 without a unit', async () => {
		const { status, headers, data } = await get(file, { range: 'bytes=10-' });
		expect([status, headers['content-range'], data]).toEqual([416, '*/10', '']);
		expect(headers['content-disposition']).toBeUndefined();
	});

	test('without ranges, ignores Range and does not announce it', async () => {
		await set(server, 'unsupported');
		const whole = await get(file, { range: 'bytes=2-4' });
		expect([summary(whole), whole.headers['accept-ranges']]).toEqual([WHOLE, undefined]);
	});
});

test.each<[string, number, unknown]>([
	['bytes=0-', 0, 'unsatisfiable'],
	['bytes=-5', 0, 'unsatisfiable'],
	['bytes=0-0', 1, { start: 0, end: 0 }],
	['bytes=9007199254740993-', 10, undefined],
	['bytes=', 10, undefined],
])('the range %j of a file of %i bytes', (header, size, range) => {
	expect(parseRange(header, size)).toEqual(range);
});
