import {
	BYTES,
	FILE,
	known,
	type Listed,
	md5,
	MultipartFlow,
	PARTS,
	put,
	type Target,
} from './filestackMultipartSupport.mts';
import { Stack } from './filestackSupport.mts';
import { http } from './support.mts';

let stack: Stack;
let flow: MultipartFlow;
beforeAll(async () => {
	stack = await Stack.start();
	flow = new MultipartFlow(stack);
});
afterAll(async () => await stack.bench.stop());

describe('rejected calls', () => {
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
		['a size as a string', { size: '1' }, 400, 'Parameters are invalid'],
		['no name', { filename: '' }, 400, 'Parameters are invalid'],
		['a name of 1001 characters', { filename: 'n'.repeat(1001) }, 400, 'Parameters are invalid'],
		['another provider', { store: { location: 'x' } }, 400, 'Invalid storage provider'],
	];
	test.each(starts)('start with %s', async (_what, changes, status, sentence) => {
		const response = await flow.call<unknown>('start', { ...FILE, ...changes });
		expect([response.status, response.data]).toEqual([status, error(sentence)]);
	});

	test('a policy with limits', async () => {
		for (const policy of [{ maxSize: 5 }, { minSize: 1e9 }, { path: '^x$' }, { call: ['read'] }]) {
			const response = await flow.call<unknown>('start', { ...FILE, ...stack.sign(policy) });
			expect([response.status, response.data]).toEqual([403, error('Invalid App policy')]);
		}
	});

	test('parts that are missing, repeated, out of order, foreign or too small', async () => {
		const upload = await flow.start();
		const [first, second, third] = [
			await flow.send(upload, 1, PARTS[0]),
			await flow.send(upload, 2, PARTS[1]),
			await flow.send(upload, 3, PARTS[2]),
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
			const response = await flow.complete(upload, parts);
			expect([response.status, response.data]).toEqual([400, error(sentence)]);
		}
		const small = await flow.start({ size: 8 });
		const bytes = Buffer.from('1234');
		const parts = [await flow.send(small, 1, bytes), await flow.send(small, 2, bytes)];
		const response = await flow.complete(small, parts, { size: 8 });
		expect(response.data).toEqual(error('Part 1 is smaller than 5 MiB'));
		const other = await flow.complete(upload, [first, second, third], { size: 5 });
		expect(other.data).toEqual(error('Parameters are invalid'));
		const short = await flow.start({ size: 8 });
		const answered = await flow.complete(short, [await flow.send(short, 1, bytes)], { size: 8 });
		expect(answered.data).toEqual(error('The parts have 4 bytes, the file has 8'));
	});

	test('an upload that does not exist or does not match', async () => {
		const upload = await flow.start();
		const bytes = Buffer.from('x');
		expect((await flow.target({ ...upload, upload_id: '../x' }, 1, bytes)).data).toEqual(
			error('Upload not found'),
		);
		expect((await flow.target({ ...upload, uri: '/x' }, 1, bytes)).status).toBe(400);
		expect((await flow.target(upload, 0, bytes)).status).toBe(400);
		expect((await flow.target(upload, 10_001, bytes)).status).toBe(400);
		expect((await flow.target(upload, 1, bytes, { md5: 'x' })).status).toBe(400);
		expect((await flow.target(upload, 1, bytes, { size: BYTES.length + 1 })).status).toBe(400);
		expect((await flow.call('commit', { ...known(upload), part: 1, size: FILE.size })).status).toBe(
			400,
		);
	});

	test('too many or too long tags', async () => {
		const upload = await flow.start({ size: 1 });
		const parts = [await flow.send(upload, 1, Buffer.from('x'))];
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

	test('unsupported methods, paths and bodies', async () => {
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

describe('the storage for parts', () => {
	const code = (xml: string) => /<Code>(.*)<\/Code>/.exec(xml)?.[1];

	test('accepts the announced bytes with the provided headers', async () => {
		const upload = await flow.start();
		const { data } = await flow.target(upload, 1, PARTS[2]);
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
			const response = await put(to, bytes, headers);
			expect([response.status, code(response.data)]).toEqual([status, name]);
			expect(response.headers['content-type']).toMatch(/^application\/xml/);
		}
		expect((await put(data, PARTS[2])).status).toBe(200);
		expect((await http.get<string>(data.url)).status).toBe(405);
	});

	test('rejects them after 15 minutes, and for a completed upload', async () => {
		const upload = await flow.start({ size: 1 });
		const bytes = Buffer.from('x');
		const { data } = await flow.target(upload, 1, bytes);
		await stack.bench.advance(16 * 60);
		expect(code((await put(data, bytes)).data)).toBe('RequestTimeTooSkewed');
		const again = (await flow.target(upload, 1, bytes)).data;
		const { headers } = await put(again, bytes);
		await flow.completed(upload, [{ part_number: 1, etag: String(headers.etag) }], { size: 1 });
		expect(code((await put(again, bytes)).data)).toBe('NoSuchUpload');
	});
});
