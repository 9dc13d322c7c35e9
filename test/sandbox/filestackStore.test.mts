import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { http } from './support.mts';
import { handleOf, refusal, Stack, type Stored } from './filestackSupport.mts';
import { TestServer } from '../support/testServer.ts';

let stack: Stack;
/** Returns text at every path except /missing, /elsewhere (a redirect) and /broken. */
const source = new TestServer().handle(({ url }, response) => {
	if (url === '/missing') response.writeHead(404).end();
	else if (url === '/elsewhere') {
		// Another name of this machine, which the sandbox does not treat as local.
		const location = source.url.replace('127.0.0.1', '0.0.0.0');
		response.writeHead(302, { location }).end();
	} else if (url === '/broken') {
		response.writeHead(200, { 'content-length': '100' }).write('half');
		setTimeout(() => response.destroy(), 50);
	} else response.writeHead(200, { 'content-type': 'image/png; x=1' }).end('from afar');
});
/** The address of the source. */
let from: string;

beforeAll(async () => {
	stack = await Stack.start();
	from = (await source.start()).url;
});
afterAll(async () => {
	await source.stop();
	await stack.bench.stop();
});

const path = () => `${stack.origins.api}/api/store/S3`;
const params = (query: object = {}, policy: object = { call: ['pick', 'store'] }) => ({
	key: stack.apiKey,
	...stack.sign(policy),
	...query,
});

/** Sends a store request with any body. */
const post = async (body: unknown, query: object = {}, type?: string, policy?: object) =>
	await stack.http.post<Stored>(path(), body, {
		params: params(query, policy),
		headers: type === undefined ? {} : { 'content-type': type },
	});

const form = (url: string) => new URLSearchParams({ url });

describe('storing (Filestack docs, File API, Store)', () => {
	test('returns the documented response for raw bytes', async () => {
		const bytes = Buffer.from([0, 255, 10, 13, 128]);
		const { status, data } = await stack.store(bytes, { filename: 'a.bin' }, { type: 'image/png' });
		expect(status).toBe(200);
		expect(data).toEqual({
			url: expect.stringMatching(/\/[A-Za-z0-9]{20}$/) as string,
			size: 5,
			type: 'image/png',
			filename: 'a.bin',
			key: expect.stringMatching(/^[A-Za-z0-9]{20}_a\.bin$/) as string,
		});
		expect(data.url.startsWith(`${stack.origins.cdn}/`)).toBe(true);
		expect(await stack.bytes(handleOf(data.url))).toEqual(bytes);
	});

	test('downloads a URL in a form and keeps its name and type', async () => {
		const { status, data } = await post(form(`${from}/a%20picture.png?x=1`));
		expect(status).toBe(200);
		expect(data).toMatchObject({ size: 9, type: 'image/png', filename: 'a picture.png' });
		expect((await stack.bytes(handleOf(data.url))).toString()).toBe('from afar');
		const { source_url } = await stack.metadata(handleOf(data.url), 'source_url');
		expect(source_url).toBe(`${from}/a%20picture.png?x=1`);
	});

	test('uses S3 without a provider', async () => {
		const headers = { 'content-type': 'text/plain' };
		const url = `${stack.origins.api}/api/store`;
		const { status, data } = await stack.http.post<Stored>(url, 'abc', {
			params: params(),
			headers,
		});
		expect(status).toBe(200);
		expect(await stack.metadata(handleOf(data.url), 'location', 'size')).toEqual({
			location: 'S3',
			size: 3,
		});
	});

	test.each(['S3', 's3', 'Azure', 'DROPBOX', 'rackspace', 'gcs'])(
		'provider %s',
		async (provider) => {
			const { status, data } = await stack.store('abc', {}, { provider });
			expect(status).toBe(200);
			const { location } = await stack.metadata(handleOf(data.url), 'location');
			expect(String(location).toLowerCase()).toBe(provider.toLowerCase());
		},
	);

	test('ignores the handle that the docs have in the path', async () => {
		const { status } = await http.post(`${path()}/AAAAAAAAAAAAAAAAAAAA`, 'abc', {
			params: params(),
			headers: { 'content-type': 'text/plain' },
		});
		expect(status).toBe(200);
	});

	const places: [object, RegExp][] = [
		[{ filename: 'a.txt' }, /^[A-Za-z0-9]{20}_a\.txt$/],
		[{ filename: 'a.txt', path: 'in/here/' }, /^in\/here\/[A-Za-z0-9]{20}_a\.txt$/],
		[{ filename: 'a.txt', path: '/in/here.txt' }, /^in\/here\.txt$/],
		[
			{ filename: '../../etc/passwd', path: '../../up/' },
			/^\.\.\/\.\.\/up\/.{20}_\.\.\/\.\.\/etc\/passwd$/,
		],
		[{ path: '/' }, /^[A-Za-z0-9]{20}_[A-Za-z0-9]{20}$/],
	];
	test.each(places)('stores %j in the right place', async (query, key) => {
		const { data } = await stack.store('abc', query);
		expect(data.key).toMatch(key);
	});

	test('prefers mimetype and container to other values', async () => {
		const query = { mimetype: 'application/pdf', container: 'my-bucket', access: 'public' };
		const { data } = await stack.store('abc', query);
		expect(data).toMatchObject({ type: 'application/pdf', container: 'my-bucket' });
		const objects = await stack.list<{ key: string }>('objects');
		expect(objects.find(({ key }) => key === data.key)).toMatchObject({
			container: 'my-bucket',
			access: 'public',
		});
		const dropbox = await stack.store('abc', query, { provider: 'dropbox' });
		expect(dropbox.data.container).toBeUndefined();
	});

	test('decodes with base64decode', async () => {
		const bytes = Buffer.from('any carnal pleas');
		for (const text of [
			bytes.toString('base64'),
			`${bytes
				.toString('base64')
				.match(/.{1,7}/g)
				?.join('\r\n')}\n`,
		]) {
			const handle = await stack.handle(text, { base64decode: true });
			expect(await stack.bytes(handle)).toEqual(bytes);
		}
		const refused = await stack.store('no base64!', { base64decode: true });
		expect(refused.data).toEqual(refusal(400, 'The data is not base64 encoded'));
		for (const text of ['YQ==YQ==', 'YQ=', 'Y']) {
			expect((await stack.store(text, { base64decode: true })).status).toBe(400);
		}
	});

	test('stores an empty body as an empty file', async () => {
		const { status, data } = await stack.store('');
		expect([status, data.size]).toEqual([200, 0]);
	});

	const wrong: [string, object, string, string][] = [
		['access', { access: 'everyone' }, 'Invalid access', 'S3'],
		['type', { mimetype: 'nonsense' }, 'Invalid mimetype', 'S3'],
		['type of two lines', { mimetype: 'a/b\r\nx: y' }, 'Invalid mimetype', 'S3'],
		['container', { container: '../up' }, 'Invalid container', 'S3'],
		['name of 1001 characters', { filename: 'n'.repeat(1001) }, 'Invalid filename', 'S3'],
		['path of 1001 characters', { path: 'p'.repeat(1001) }, 'Invalid path', 'S3'],
		['flag', { base64decode: 'perhaps' }, 'base64decode must be true or false', 'S3'],
		['provider', {}, 'Invalid storage provider', 'floppy'],
		['provider of every object', {}, 'Invalid storage provider', 'constructor'],
	];
	test.each(wrong)('rejects a wrong %s with 400', async (_what, query, sentence, provider) => {
		const before = (await stack.list('files')).length;
		const answer = await stack.store('abc', query, { provider });
		expect([answer.status, answer.data]).toEqual([400, refusal(400, sentence)]);
		expect(await stack.list('files')).toHaveLength(before);
	});

	test('responds to a wrong API key with 200 and a text, or with 401', async () => {
		for (const key of ['x', '', undefined]) {
			const answer = await http.post<unknown>(path(), 'abc', { params: { ...params(), key } });
			expect([answer.status, answer.data]).toEqual([200, 'Invalid Application']);
		}
		await stack.settings({ unknownKey: '401' });
		const answer = await stack.store('abc', { key: 'x' });
		expect([answer.status, answer.data]).toEqual([401, refusal(401, 'Invalid Application')]);
		await stack.settings({ unknownKey: '200' });
	});
});

describe('policies for storing', () => {
	const policies: [object, number, string | undefined][] = [
		[{ call: ['store'] }, 200, undefined],
		[{ call: ['pick'] }, 200, undefined],
		[{ call: 'store' }, 200, undefined],
		[{ call: ['read', 'write'] }, 403, 'policy does not allow the call store or pick'],
		[{ maxSize: 3 }, 200, undefined],
		[{ maxSize: 2 }, 403, 'file is larger than the policy allows'],
		[{ minSize: 4 }, 403, 'file is smaller than the policy allows'],
		[{ path: '^in/' }, 403, 'policy does not allow this path'],
		[{ path: '_a\\.txt$' }, 200, undefined],
		[{ container: '^mine$' }, 403, 'policy does not allow this container'],
		[{ path: '(a+)+$'.repeat(3) }, 403, 'policy does not allow this path'],
	];
	test.each(policies)('%j: %i', async (policy, status, sentence) => {
		const answer = await stack.store('abc', { filename: 'a.txt', ...stack.sign(policy) });
		expect(answer.status).toBe(status);
		if (sentence !== undefined) expect(answer.data).toEqual(refusal(status, sentence));
	});

	test('restrict sources', async () => {
		const allowed = { url: '^http://127\\.0\\.0\\.1.*/ok/' };
		expect((await post(form(`${from}/ok/a`), {}, undefined, allowed)).status).toBe(200);
		const answer = await post(form(`${from}/other`), {}, undefined, allowed);
		expect(answer.data).toEqual(refusal(403, 'policy does not allow this url'));
	});

	test('leave nothing behind after a rejection', async () => {
		const files = join(stack.bench.folder, 'services/filestack/files');
		const before = [await stack.list('objects'), await readdir(files)];
		await stack.store('abc', stack.sign({ maxSize: 1 }));
		expect([await stack.list('objects'), await readdir(files)]).toEqual(before);
	});
});

describe('a source', () => {
	test.each([
		['on another machine', () => 'http://192.0.2.1/a', 'Unable to fetch the file from the url'],
		[
			'with a redirect to another machine',
			() => `${from}/elsewhere`,
			'Unable to fetch the file from the url',
		],
		[
			'that does not exist',
			() => `${from}/missing`,
			'Unable to fetch the file from the url, it answered 404',
		],
		['on a closed port', () => 'http://127.0.0.1:9/', 'Unable to fetch the file from the url'],
		['with another scheme', () => 'file:///etc/passwd', 'Invalid url'],
		[
			'that only looks local',
			() => 'http://127.0.0.1.example.com/',
			'Unable to fetch the file from the url',
		],
	])('%s is rejected', async (_what, url, sentence) => {
		const answer = await post(form(url()));
		expect([answer.status, answer.data]).toEqual([400, refusal(400, sentence)]);
	});

	test('that closes the connection leaves nothing behind', async () => {
		const before = await stack.list('files');
		expect((await post(form(`${from}/broken`))).status).toBe(400);
		expect(await stack.list('files')).toEqual(before);
	});
});
