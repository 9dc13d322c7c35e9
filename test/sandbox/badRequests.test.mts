import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Endpoint, inspectSimulations } from './endpoints.mts';
import { signed } from './filestackSupport.mts';
import { Bench, http, removeFolder, REQUEST, temporaryFolder } from './support.mts';

let outside: string;
let bench: Bench;
let all: Endpoint[];
/** The sandbox's log, which contains only its own faults. */
const log: string[] = [];
beforeAll(async () => {
	outside = await temporaryFolder();
	const data = join(outside, 'data');
	await mkdir(data);
	bench = await Bench.start(data, (line) => log.push(line));
	({ endpoints: all } = await inspectSimulations());
});
afterAll(async () => {
	await bench.stop();
	await removeFolder(outside);
});

const long = 'x'.repeat(4000);
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'multipart/form-data; boundary=b' };
const part = (disposition: string, value = 'x') =>
	`--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n--b--\r\n`;
const file = (name: string) =>
	part(`name="file"; filename="${name}"`) + part(`name="files"; filename="${name}"`);

/** Values for an ID, a token or a name. */
const SEGMENTS = [
	...['..%2f..%2fsecrets.json', '%2e%2e', '..%5c..%5csecrets.json', '%00', '%0d%0aX-Evil:%201'],
	...['__proto__', 'constructor', '-1', '0', '1e99', 'null', '%F0%9F%8E%89', '%ff%fe', long],
	...['%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E', 'req_..%2f..', '*', ';', '%25'],
];

const NUMBERS = {
	fileSize: -1,
	total_size: -5,
	total_chunks: -1,
	size: -1,
	part: -1,
	ttl_days: -1,
};
const DATES = { expires_in_days: -1, expires_in: -1, expiryDays: -1, expires_at: 'yesterday' };

/** Bodies that no client should send. */
const BODIES: [what: string, headers: Record<string, string>, body: string | Buffer][] = [
	['nothing', {}, ''],
	['text', { 'content-type': 'text/plain' }, 'hello'],
	['an invalid type', { 'content-type': 'x;;' }, 'hello'],
	['XML', { 'content-type': 'application/xml' }, '<a/>'],
	['malformed JSON', json, '{"title":'],
	['JSON: a list', json, '[]'],
	['JSON: null', json, 'null'],
	['JSON: a number', json, '-1'],
	['JSON: __proto__', json, '{"__proto__":{"isAdmin":true},"constructor":{"prototype":1}}'],
	['JSON: very deep', json, '['.repeat(50_000) + ']'.repeat(50_000)],
	['JSON: negative', json, JSON.stringify({ ...NUMBERS, ...DATES })],
	[
		'JSON: numbers instead of strings',
		json,
		JSON.stringify({ fileName: 1, title: 2, filename: 3, file_id: 4 }),
	],
	[
		'JSON: too long',
		json,
		JSON.stringify({ title: long.repeat(100), fileName: long, file_id: long }),
	],
	[
		'JSON: path tricks',
		json,
		JSON.stringify({ fileName: '../../x', filename: '/etc/passwd', name: '..' }),
	],
	[
		'JSON: NUL and lone surrogates',
		json,
		'{"fileName":"a\\u0000","title":"\\ud83d","filename":"\\ud83d"}',
	],
	['invalid UTF-8', json, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
	['an unsupported Content-Encoding', { ...json, 'content-encoding': 'gzip' }, '{}'],
	['a form without a boundary', { 'content-type': 'multipart/form-data' }, part('name="file"')],
	['an invalid form', form, 'hello'],
	[
		'a truncated form',
		form,
		'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx',
	],
	['a form: no file', form, part('name="other"')],
	['a form: a path as a name', form, file('../../../../tmp/evil.txt')],
	['a form: a drive letter', form, file('C:\\\\Windows\\\\evil.txt')],
	['a form: an empty name', form, file('')],
	['a form: a name that is too long', form, file(long)],
	['a form: a field called __proto__', form, part('name="__proto__"; filename="x"')],
	['pairs', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=1&a=2&%ff=%'],
];

/** Adds valid credentials, so that a request gets as far as possible. */
function access(service: string): { headers: Record<string, string>; query: string } {
	const { credentials: c } = bench.sandbox.info.services[service as 'filestack'];
	if (service === 'fileCourier') {
		return {
			headers: { authorization: `Basic ${btoa(`${c.clientId}:${c.clientSecret}`)}` },
			query: '',
		};
	}
	if (service !== 'filestack') {
		return { headers: { authorization: `Bearer ${c.apiKey ?? c.apiToken}` }, query: '' };
	}
	const expiry = Math.floor(bench.sandbox.clock.now().getTime() / 1000) + 3600;
	const proof = signed(JSON.stringify({ expiry }), c.appSecret);
	return { headers: {}, query: `?${new URLSearchParams({ key: c.apiKey, ...proof }).toString()}` };
}

interface Sent {
	status: number;
	type: string;
	text: string;
}

async function send(
	{ service, origin, method }: Omit<Endpoint, 'path'>,
	path: string,
	headers: Record<string, string> = {},
	body?: string | Buffer,
): Promise<Sent> {
	const own = access(service);
	// A presigned URL rejects other authorization.
	const isOpen = ['files', 'cdn', 'storage', 'share', 'secure'].includes(origin);
	const { origins } = bench.sandbox.info.services[service as 'filestack'];
	const response = await http.request<string>({
		...{ method, url: origins[origin] + path + own.query, responseType: 'text' },
		headers: { ...(isOpen ? {} : own.headers), ...headers },
		...(body !== undefined && { data: body, transformRequest: (data: unknown) => data }),
	});
	const { status, data } = response;
	const type: unknown = response.headers['content-type'];
	expect(response.headers['x-evil']).toBeUndefined();
	return { status, type: typeof type === 'string' ? type : '', text: data };
}

const SERVICES = ['fileCourier', 'fileShot', 'speedyFiles', 'filesApp', 'filestack'];
/** The start of an error response of the API. */
const SHAPES: Record<string, RegExp> = {
	fileCourier: /^\{"status":false,"error":"/,
	fileShot: /^\{"error":"/,
	speedyFiles: /^\{"detail":/,
	filesApp: /^\{"error":\{"code":"/,
	filestack: /^\{"result":"error","error":\{"code":\d+,"msg":"/,
};

describe.each(SERVICES)('%s', (service) => {
	beforeAll(async () => {
		const path = `/api/services/${service}/settings`;
		// The number of requests below.
		const { data } = await bench.control<Record<string, unknown>>('get', path);
		const patch = {
			...('plan' in data && { plan: 'team' }),
			...('callsPerMinute' in data && {
				callsPerMinute: 1e9,
				uploadsPerHour: 1e9,
				dialect: 'both',
			}),
			...('requestsPerMinute' in data && { requestsPerMinute: 1e6, uploadBody: 'any' }),
		};
		await bench.control('patch', path, patch);
	});
	beforeEach(() => void log.splice(0));
	const own = () => all.filter((endpoint) => endpoint.service === service);
	/** Checks a response in order, with a message that identifies the request. */
	const judge = (endpoint: Endpoint, what: string, { status, type, text }: Sent) => {
		const said = `${endpoint.origin} ${endpoint.method} ${endpoint.path} (${what}): ${status}`;
		// SpeedyFiles fails at values that it cannot repeat in an error; a bug of the sandbox would be in its log.
		const isMeasured = service === 'speedyFiles' && text === 'Internal Server Error';
		if (status >= 500 && !isMeasured) throw new Error(`${said} ${text.slice(0, 200)}`);
		const isApi =
			type.startsWith('application/json') && ['api', 'instance'].includes(endpoint.origin);
		if (isApi && status >= 400 && !SHAPES[service].test(text)) {
			throw new Error(`${said}, not in the shape of the service: ${text.slice(0, 200)}`);
		}
	};

	test('rejects path traversal and special values', async () => {
		for (const endpoint of own().filter(({ path }) => /[:*]/.test(path))) {
			for (const segment of SEGMENTS) {
				const path = endpoint.path.replace(/:\w+|\*/g, segment);
				judge(endpoint, segment.slice(0, 40), await send(endpoint, path));
			}
		}
		expect(log).toEqual([]);
	});

	test.each(BODIES)('rejects %s as a body', async (what, headers, body) => {
		for (const endpoint of own().filter(({ method }) => ['POST', 'PUT'].includes(method))) {
			const path = endpoint.path.replace(/:\w+|\*/g, '1');
			judge(endpoint, what, await send(endpoint, path, headers, body));
		}
		expect(log.filter((line) => !line.includes('hung up'))).toEqual([]);
	});

	test('rejects other methods', async () => {
		for (const endpoint of own()) {
			for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
				const path = endpoint.path.replace(/:\w+|\*/g, '1');
				judge(endpoint, method, await send({ ...endpoint, method }, path));
			}
		}
		expect(log).toEqual([]);
	});
});

test('keeps working afterwards and stores every file under a generated name', async () => {
	expect((await bench.create(REQUEST)).status).toBe(201);
	expect(await readdir(outside)).toEqual(['data']);
	const files = await readdir(bench.folder, { recursive: true, withFileTypes: true });
	expect(files.length).toBeGreaterThan(20);
	for (const found of files) expect(found.name).toMatch(/^[A-Za-z0-9_-]+(?:\.json)?$/);
	expect(files.filter(({ name }) => /evil|passwd/.test(name))).toEqual([]);
});
