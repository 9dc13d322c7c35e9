import { createHash, randomBytes } from 'node:crypto';
import { http } from './support.mts';
import { Stack } from './filestackSupport.mts';

let stack: Stack;
beforeAll(async () => (stack = await Stack.start()));
afterAll(async () => await stack.bench.stop());

const MIB = 2 ** 20;
const BYTES = randomBytes(12 * MIB + 7);
/** Three parts, the last of seven bytes and more. */
const PARTS = [
	BYTES.subarray(0, 6 * MIB),
	BYTES.subarray(6 * MIB, 12 * MIB),
	BYTES.subarray(12 * MIB),
];

interface Started {
	uri: string;
	region: string;
	upload_id: string;
	location_url: string;
	upload_type?: string;
}
interface Listed {
	part_number: number;
	etag: string;
}
interface Target {
	url: string;
	headers: Record<string, string>;
}

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('base64');
const call = async <T,>(name: string, body: object) =>
	await stack.http.post<T>(`${stack.origins.upload}/multipart/${name}`, {
		...{
			apikey: stack.apiKey,
			...stack.sign({ call: ['pick', 'store'] }),
			store: { location: 's3' },
		},
		...body,
	});

const FILE = { filename: 'big ü.bin', mimetype: 'application/x-big', size: BYTES.length };
const start = async (changes: object = {}) =>
	(await call<Started>('start', { ...FILE, ...changes })).data;

/** What each call after the first says again. */
const known = ({ uri, region, upload_id }: Started) => ({ uri, region, upload_id });

async function target(upload: Started, part: number, bytes: Buffer, changes: object = {}) {
	const body = { ...known(upload), part, size: bytes.length, md5: md5(bytes), ...changes };
	return await call<Target>('upload', body);
}

async function put({ url, headers }: Target, bytes: Buffer, changes: Record<string, string> = {}) {
	return await http.put<string>(url, bytes, {
		headers: { ...headers, 'content-type': 'application/octet-stream', ...changes },
		maxBodyLength: Infinity,
	});
}

async function send(upload: Started, part: number, bytes: Buffer): Promise<Listed> {
	const { data } = await target(upload, part, bytes);
	const { status, headers } = await put(data, bytes);
	expect(status).toBe(200);
	return { part_number: part, etag: String(headers.etag) };
}

const complete = async (upload: Started, parts: Listed[] | undefined, changes: object = {}) =>
	await call<Record<string, unknown>>('complete', { ...FILE, ...known(upload), parts, ...changes });

/** Completes as filestack-js does: again while the answer is 202. */
async function completed(upload: Started, parts: Listed[] | undefined, changes: object = {}) {
	for (;;) {
		const answer = await complete(upload, parts, changes);
		if (answer.status !== 202) return answer;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

describe('a multipart upload', () => {
	test('in three parts, out of order, one of them twice: the file', async () => {
		const upload = await start({ store: { location: 'S3', path: 'in/' } });
		expect(upload.location_url).toBe(new URL(stack.origins.upload).host);
		const third = await send(upload, 3, PARTS[2]);
		await send(upload, 1, PARTS[1]);
		const first = await send(upload, 1, PARTS[0]);
		const second = await send(upload, 2, PARTS[1]);
		expect(first.etag).toBe(`"${createHash('md5').update(PARTS[0]).digest('hex')}"`);
		const tags = { upload_tags: { a: 'b' } };
		const parts = [first, second, third];
		expect((await complete(upload, parts, tags)).status).toBe(202);
		const { status, data } = await completed(upload, parts, tags);
		expect(status).toBe(200);
		expect(data).toEqual({
			handle: expect.stringMatching(/^[A-Za-z0-9]{20}$/) as string,
			url: `${stack.origins.cdn}/${String(data.handle)}`,
			...FILE,
			status: 'Stored',
			container: expect.any(String) as string,
			key: expect.stringMatching(/^in\/.{20}_big ü\.bin$/) as string,
			...tags,
		});
		expect((await stack.bytes(String(data.handle))).equals(BYTES)).toBe(true);
		// Asked once more, it says the same and stores nothing more.
		expect((await complete(upload, parts, tags)).data).toEqual(data);
		expect((await stack.list('files')).length).toBe(1);
		expect((await target(upload, 1, PARTS[0])).status).toBe(400);
	});

	test('etags without quotes are taken; two calls at once make one file', async () => {
		const bytes = Buffer.from('small');
		const size = { size: bytes.length };
		const upload = await start(size);
		const { part_number, etag } = await send(upload, 1, bytes);
		const parts = [{ part_number, etag: etag.replaceAll('"', '') }];
		const before = (await stack.list('files')).length;
		await Promise.all([1, 2, 3].map(() => completed(upload, parts, size)));
		expect(await stack.list('files')).toHaveLength(before + 1);
	});

	test('runs the workflows that it names', async () => {
		const bytes = Buffer.from('small');
		const size = { size: bytes.length };
		const upload = await start(size);
		const store = { location: 's3', workflows: ['wf-1', { id: 'wf-2' }] };
		const { data } = await completed(upload, [await send(upload, 1, bytes)], { ...size, store });
		expect(Object.keys(data.workflows as object).sort()).toEqual(['wf-1', 'wf-2']);
	});

	test('goes on after a restart', async () => {
		const before = await Stack.start();
		const post = async (on: Stack, name: string, body: object) =>
			await on.http.post<Started & Target & { handle: string }>(
				`${on.origins.upload}/multipart/${name}`,
				{
					...{ apikey: on.apiKey, ...on.sign(), ...body },
				},
			);
		const bytes = Buffer.from('kept');
		const file = { filename: 'a', mimetype: 'text/plain', size: 4 };
		const { data: upload } = await post(before, 'start', file);
		const { data } = await post(before, 'upload', { ...known(upload), part: 1, size: 4 });
		const { headers } = await put(data, bytes);
		await before.bench.stop({ keep: true });
		const after = await Stack.start(before.bench.folder);
		const parts = [{ part_number: 1, etag: String(headers.etag) }];
		const body = { ...known(upload), ...file, parts };
		for (;;) {
			const answer = await post(after, 'complete', body);
			if (answer.status === 200) {
				expect((await after.bytes(answer.data.handle)).toString()).toBe('kept');
				break;
			}
			expect(answer.status).toBe(202);
		}
		await after.bench.stop();
	});
});

describe('what is refused on the way', () => {
	const error = (sentence: string) => ({
		error: sentence,
		c: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
		i: expect.stringMatching(/^UPL-/) as string,
		t: expect.any(Number) as number,
	});

	const starts: [string, object, number, string][] = [
		['no API key', { apikey: undefined }, 400, 'Parameters are invalid'],
		['another API key', { apikey: 'x' }, 401, 'Invalid Application'],
		['no policy', { policy: undefined }, 403, 'Invalid App policy'],
		['a wrong signature', { signature: '0' }, 403, 'Invalid App policy'],
		['an empty file', { size: 0 }, 400, 'Parameters are invalid'],
		['a negative size', { size: -1 }, 400, 'Parameters are invalid'],
		['a size as text', { size: '1' }, 400, 'Parameters are invalid'],
		['no name', { filename: '' }, 400, 'Parameters are invalid'],
		['a name of 1001 characters', { filename: 'n'.repeat(1001) }, 400, 'Parameters are invalid'],
		['another provider', { store: { location: 'x' } }, 400, 'Invalid storage provider'],
	];
	test.each(starts)('start with %s', async (_what, changes, status, sentence) => {
		const answer = await call<unknown>('start', { ...FILE, ...changes });
		expect([answer.status, answer.data]).toEqual([status, error(sentence)]);
	});

	test('a policy with limits', async () => {
		for (const policy of [{ maxSize: 5 }, { minSize: 1e9 }, { path: '^x$' }, { call: ['read'] }]) {
			const answer = await call<unknown>('start', { ...FILE, ...stack.sign(policy) });
			expect([answer.status, answer.data]).toEqual([403, error('Invalid App policy')]);
		}
	});

	test('parts that are missing, repeated, out of order, foreign or too small', async () => {
		const upload = await start();
		const [first, second, third] = [
			await send(upload, 1, PARTS[0]),
			await send(upload, 2, PARTS[1]),
			await send(upload, 3, PARTS[2]),
		];
		const wrong: [Listed[] | undefined, string][] = [
			[undefined, 'parts are required'],
			[[first, second], 'Parts are missing or not in order'],
			[[first, third], 'Parts are missing or not in order'],
			[[second, first, third], 'Parts are missing or not in order'],
			[[first, first, second, third], 'Parts are missing or not in order'],
			[[first, second, third, { part_number: 4, etag: 'x' }], 'Part 4 has not been uploaded'],
			[[first, { ...second, etag: first.etag }, third], 'Part 2 has another etag'],
		];
		for (const [parts, sentence] of wrong) {
			const answer = await complete(upload, parts);
			expect([answer.status, answer.data]).toEqual([400, error(sentence)]);
		}
		const small = await start({ size: 8 });
		const bytes = Buffer.from('1234');
		const parts = [await send(small, 1, bytes), await send(small, 2, bytes)];
		const answer = await complete(small, parts, { size: 8 });
		expect(answer.data).toEqual(error('Part 1 is smaller than 5 MiB'));
		const other = await complete(upload, [first, second, third], { size: 5 });
		expect(other.data).toEqual(error('Parameters are invalid'));
		const short = await start({ size: 8 });
		const answered = await complete(short, [await send(short, 1, bytes)], { size: 8 });
		expect(answered.data).toEqual(error('The parts have 4 bytes, the file has 8'));
	});

	test('an upload that is not there, or is described as another', async () => {
		const upload = await start();
		const bytes = Buffer.from('x');
		expect((await target({ ...upload, upload_id: '../x' }, 1, bytes)).data).toEqual(
			error('Upload not found'),
		);
		expect((await target({ ...upload, uri: '/x' }, 1, bytes)).status).toBe(400);
		expect((await target(upload, 0, bytes)).status).toBe(400);
		expect((await target(upload, 10_001, bytes)).status).toBe(400);
		expect((await target(upload, 1, bytes, { md5: 'x' })).status).toBe(400);
		expect((await target(upload, 1, bytes, { size: BYTES.length + 1 })).status).toBe(400);
		expect((await call('commit', { ...known(upload), part: 1, size: FILE.size })).status).toBe(400);
	});

	test('too many tags, or too long ones', async () => {
		const upload = await start({ size: 1 });
		const parts = [await send(upload, 1, Buffer.from('x'))];
		const many = Object.fromEntries(
			Array.from({ length: 11 }, (_value, index) => [`t${index}`, 'x']),
		);
		for (const upload_tags of [many, { ['n'.repeat(129)]: 'x' }, { a: 'v'.repeat(257) }]) {
			const url = `${stack.origins.upload}/multipart/complete`;
			const body = {
				apikey: stack.apiKey,
				...stack.sign(),
				...FILE,
				...known(upload),
				parts,
				size: 1,
			};
			expect((await stack.http.post(url, { ...body, upload_tags })).status).toBe(400);
		}
	});

	test('methods, paths and bodies that it does not know', async () => {
		const url = `${stack.origins.upload}/multipart/start`;
		const get = await http.get<unknown>(url);
		expect([get.status, get.headers.allow, get.data]).toEqual([
			405,
			'POST',
			error('Method Not Allowed'),
		]);
		expect((await http.post<unknown>(`${stack.origins.upload}/other`)).data).toEqual(
			error('File not found'),
		);
		const headers = { 'content-type': 'text/plain' };
		expect((await http.post<unknown>(url, 'x', { headers })).data).toEqual(
			error('Parameters are invalid'),
		);
		const json = { 'content-type': 'application/json' };
		expect((await http.post<unknown>(url, '{"no', { headers: json })).data).toEqual(
			error('Parameters are invalid'),
		);
	});
});

describe('the storage that parts are put into', () => {
	const code = (xml: string) => /<Code>(.*)<\/Code>/.exec(xml)?.[1];

	test('takes the bytes that were announced, with the headers that were handed out', async () => {
		const upload = await start();
		const { data } = await target(upload, 1, PARTS[2]);
		const other = Buffer.from('1234567');
		const wrong: [Target, Record<string, string>, Buffer, number, string][] = [
			[data, {}, other, 400, 'BadDigest'],
			[data, { 'Content-MD5': md5(other) }, other, 403, 'SignatureDoesNotMatch'],
			[
				{ ...data, url: data.url.replace('partNumber=1', 'partNumber=2') },
				{},
				PARTS[2],
				403,
				'SignatureDoesNotMatch',
			],
			[{ ...data, headers: {} }, {}, PARTS[2], 403, 'AccessDenied'],
			[data, { Authorization: 'Bearer x' }, PARTS[2], 403, 'AccessDenied'],
		];
		for (const [to, headers, bytes, status, name] of wrong) {
			const answer = await put(to, bytes, headers);
			expect([answer.status, code(answer.data)]).toEqual([status, name]);
			expect(answer.headers['content-type']).toMatch(/^application\/xml/);
		}
		expect((await put(data, PARTS[2])).status).toBe(200);
		expect((await http.get<string>(data.url)).status).toBe(405);
	});

	test('does not take them a quarter of an hour later, nor for a finished upload', async () => {
		const upload = await start({ size: 1 });
		const bytes = Buffer.from('x');
		const { data } = await target(upload, 1, bytes);
		await stack.bench.advance(16 * 60);
		expect(code((await put(data, bytes)).data)).toBe('RequestTimeTooSkewed');
		const again = (await target(upload, 1, bytes)).data;
		const { headers } = await put(again, bytes);
		await completed(upload, [{ part_number: 1, etag: String(headers.etag) }], { size: 1 });
		expect(code((await put(again, bytes)).data)).toBe('NoSuchUpload');
	});
});

describe('Intelligent Ingestion', () => {
	test('is off unless the app has it', async () => {
		expect((await start({ fii: true })).upload_type).toBeUndefined();
	});

	test('takes a part in chunks, commits it and needs no etags', async () => {
		await stack.settings({ intelligentIngestion: 'on' });
		const bytes = Buffer.from('0123456789');
		const size = { size: bytes.length };
		const upload = await start({ ...size, fii: true });
		expect(upload.upload_type).toBe('intelligent_ingestion');
		const commit = async () => await call('commit', { ...known(upload), part: 1, ...size });
		expect((await commit()).status).toBe(400);
		for (const offset of [6, 0]) {
			const chunk = bytes.subarray(offset, offset + (offset === 0 ? 6 : 4));
			const { data } = await target(upload, 1, chunk, { offset });
			expect((await put(data, chunk)).status).toBe(200);
			expect((await commit()).status).toBe(offset === 0 ? 200 : 400);
		}
		const { status, data } = await completed(upload, undefined, { ...size, fii: true });
		expect(status).toBe(200);
		expect(await stack.bytes(String(data.handle))).toEqual(bytes);
		await stack.settings({ intelligentIngestion: 'off' });
	});
});
