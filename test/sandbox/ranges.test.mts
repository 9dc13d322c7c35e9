import { parseRange } from '../../sandbox/core/sendBlob.mts';
import {
	BYTES,
	type Download,
	get,
	partial,
	type Server,
	SERVERS,
	set,
	summary,
	WHOLE,
} from './rangeSupport.mts';
import { Instance } from './speedyFilesSupport.mts';

let server: Server;

/** One server for all tests of a download, with the default settings before each. */
function useServer(start: () => Promise<Server>): void {
	beforeAll(async () => void (server = await start()));
	beforeEach(async () => void (await set(server, 'supported')));
	afterAll(async () => await server.bench.stop());
}

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

describe.each(SERVERS)('%s', (_download, start) => {
	let file: Download;
	let etag: string;
	let modified: string;
	useServer(start);
	beforeAll(async () => {
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

	test('ignores Range for HEAD', async () => {
		const head = await get(file, { range: 'bytes=2-4' }, { method: 'head' });
		expect(summary(head)).toEqual({ ...WHOLE, data: '' });
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
	useServer(async () => {
		const instance = await Instance.start();
		return {
			...{ bench: instance.bench, service: 'speedyFiles', refusal: '' },
			store: async () => {
				const { link, files } = await instance.sent({ name: 'a.txt', bytes: BYTES });
				return { url: `${link}/file/${files[0]}` };
			},
		};
	});
	beforeAll(async () => void (file = await server.store()));

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
