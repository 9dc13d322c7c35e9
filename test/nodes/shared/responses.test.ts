/**
 * Every operation of every node against a server with undocumented responses. The operations and their parameters come
 * from the descriptions, so that a new one is tested automatically if {@link good} satisfies it.
 */
import type { IRun, NodeApiError } from 'n8n-workflow';

import { sha256Of } from '../../support/binary';
import { everythingIn } from '../../support/errors';
import { FilestackServer } from '../../support/filestack';
import type { TestRequest, TestResponse } from '../../support/testServer';
import {
	type Case,
	credentialsOf,
	everyOperation,
	jsonOf,
	runCase,
} from '../../support/operations';
import { skipWaits, waits } from '../../support/waits';

skipWaits();

const server = new FilestackServer();
beforeAll(async () => await server.start());
afterAll(async () => await server.stop());
beforeEach(() => {
	server.reset();
});

const host = () => new URL(server.url).host;

/** The content that every operation uploads or downloads. */
const FILE = 'hello';
/** An empty ZIP file: only its end record. */
const EMPTY_ZIP = `PK\u0005\u0006${'\0'.repeat(18)}`;

/** The tasks of Filestack's CDN whose result is JSON. */
const JSON_TASK =
	/\/(store|imagesize|detect_faces|output=docinfo:true|caption|copyright|doc_detection|image_sentiment|sfw|tags|ocr|text_sentiment|run_workflow|workflow_status|video_convert)([=/]|$)/;

/** Whether a call returns the result of other tasks of Filestack's CDN. */
const isProcessed = ({ method, path }: TestRequest) =>
	method === 'GET' &&
	/^\/(?!api\/|security=[^/]*\/12345678$)(.*\/)?security=/.test(path) &&
	!JSON_TASK.test(path);

/** Whether a call downloads the file itself, so that any body is valid. */
const isFile = (request: TestRequest) => isProcessed(request) || isDownload(request);
const isDownload = ({ method, path, query }: TestRequest) =>
	method === 'GET' &&
	!JSON_TASK.test(path) &&
	/\/p\/abc|\/download\/|[?]download=true|\/api\/file\/12345678[?]|^\/(security=.*\/)?12345678[?]/.test(
		`${path}?${String(new URLSearchParams(query))}`,
	);

/** Returns a body that is valid for every call of every service. */
function good(request: TestRequest): unknown {
	const { method, path } = request;
	if (isFile(request)) return path.endsWith('/zip') ? EMPTY_ZIP : FILE;
	if (method === 'GET' && path.endsWith('/me/tokens')) return [];
	if (path.includes('/detect_faces')) return [];
	const isCancelled = method === 'DELETE' && path.includes('/sessions/');
	const [handle, url] = ['HANDLE00000000000001', `${server.url}/HANDLE00000000000001`];
	return {
		...{
			id: 'resource-1',
			fileId: 'file-1',
			handle,
			url,
			upload_id: 'upload-1',
			chunk_size: 5242880,
		},
		...{ uri: '/bucket/key', region: 'eu', location_url: host(), headers: {}, sha256: undefined },
		...{
			token: 'sf_a-token-that-is-new',
			magic_link: `${server.url}/p/abc`,
			ok: true,
			deleted: true,
		},
		...{ status: isCancelled ? true : 'draft', location: 'S3', mimetype: 'text/plain' },
		...{ items: [], files: [], changes: [], total: 0, data: undefined },
		...(JSON_TASK.test(path) && tasksResult(path)),
		...(path.includes('/sessions') && { data: { request_id: 'req_1', status: 'pending' } }),
		...(path.includes('/metadata') && { sha256: sha256Of(Buffer.from(FILE)), filename: 'a.txt' }),
	};
}

/** Returns the results of all tasks of Filestack's CDN. */
const tasksResult = (path: string) => ({
	...{ width: 4, height: 3, numpages: 1, dimensions: { width: 4, height: 3 } },
	...{ caption: 'a', copyright: false, coords: {}, emotions: { Neutral: 1 }, sfw: true },
	...{ tags: { auto: {} }, text: 'a', jobid: 'job-1', uuid: 'job-1' },
	status: path.includes('/video_convert') ? 'completed' : 'Finished',
	data: { url: `${server.url}/HANDLE00000000000001` },
});

const ETAG = { etag: '"e"' };

/** Runs an operation with valid responses up to the call number `from` (counted from 0), and hostile ones afterwards. */
async function runWith(one: Case, from: number, hostile: (request: TestRequest) => TestResponse) {
	server.reset();
	server.respond((request) =>
		server.requests.length - 1 < from
			? { headers: { ...ETAG, ...typeOf(request) }, body: good(request) }
			: hostile(request),
	);
	return await runCase(one, server.url);
}

/** A text is not a valid result of processing. */
const typeOf = (request: TestRequest): Record<string, string> =>
	isProcessed(request) ? { 'content-type': 'image/png' } : {};

const errorIn = ({ data }: IRun) => data.resultData.error as NodeApiError | undefined;

/** Texts that must never reach a user. */
const RAW =
	/is not a function|is not iterable|Cannot read|undefined|NaN|\[object |Unexpected token|Invalid time/;

function expectOwnError(error: NodeApiError): void {
	expect(error.name).toMatch(/^Node(Api|Operation)Error$/);
	const said = `${error.message}\n${error.description ?? ''}`;
	expect(said).not.toMatch(RAW);
	expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
	expect(said.length).toBeLessThan(1500);
	expect(waits.every((wait) => wait >= 250 && wait <= 60_000)).toBe(true);
}

/** Uploads from a URL, and downloads that decrypt, need a file that this server does not have; they have their own tests. */
const NEEDS_FILE =
	/"source":"urlThroughN8n"|"decrypt":"(require|browserFormat)"|^(?!Filestack).*"source":"url"/;

const OPERATIONS = everyOperation()
	.filter(({ name }) => !NEEDS_FILE.test(name))
	.map((one) => [one.name, one] as const);

const validCalls = new Map<Case, TestRequest[]>();

/** Returns the calls of the operation with valid responses. None only for operations that only sign. */
async function callsOf(one: Case): Promise<TestRequest[]> {
	const known = validCalls.get(one);
	if (known) return known;
	const run = await runWith(one, Infinity, () => ({ body: {} }));
	expect(errorIn(run)?.message).toBeUndefined();
	expect(jsonOf(run).length + server.requests.length).toBeGreaterThan(0);
	const calls = [...server.requests];
	validCalls.set(one, calls);
	return calls;
}

/** Calls whose status is the only result, because the body of the response is not documented. */
const STATUS_ONLY = [
	/^PUT /,
	/^DELETE \/api\/file/,
	/^POST .*\/(upload-chunk|finalize-upload|chunks)(\/|$)/,
];
const hasStatusOnly = ({ method, path }: TestRequest) =>
	STATUS_ONLY.some((call) => call.test(`${method} ${path}`));

/** Whether a call is optional: a download requests the file name, but works without it. */
const isOptional = ({ name }: Case, { path }: TestRequest) =>
	/ download( |$)|^Filestack (image|document|archive|website) /.test(name) &&
	path.endsWith('/metadata');

/** Whether nothing is expected of the content of a success. */
const mayContainAnything = (one: Case, request: TestRequest) =>
	isFile(request) || hasStatusOnly(request) || isOptional(one, request);

/** Whether a success that reports a failure may count as a success. */
const mayReportFailure = (one: Case, request: TestRequest) =>
	Array.isArray(good(request)) ||
	isFile(request) ||
	request.method === 'PUT' ||
	isOptional(one, request);

/** The calls that a test has already tested in an earlier case of the same operation. */
class TestedCalls {
	private readonly keys = new Set<string>();

	/** Records a call. Returns whether no earlier case of the operation made it: most cases differ in few of their calls. */
	isNew({ service, name }: Case, index: number, { method, path }: TestRequest): boolean {
		const [, resource, operation] = name.split(' ');
		// Values of tasks do not make a different call, and a policy contains the time.
		const call = path.replace(/=[^/]*/g, '');
		const key = [service, resource, operation, index, method, call].join(' ');
		return this.keys.size < this.keys.add(key).size;
	}
}

const testedSuccesses = new TestedCalls();
const testedFailures = new TestedCalls();
const testedEchoes = new TestedCalls();
const testedWarnings = new TestedCalls();
const STATUSES = [404, 413, 429, 500, 502, 503];
const testedErrors = Object.fromEntries(STATUSES.map((one) => [one, new TestedCalls()]));
const testedLongErrors = new TestedCalls();
/** The services whose errors of megabytes a test has already tested: they do not depend on the operation. */
const testedHugeErrors = new Set<string>();

/** Bodies without required content: first one of each kind, then further ones. */
const INVALID = [
	{},
	'',
	'<p>Welcome</p>',
	{ error: 'no' },
	[],
	null,
	'""',
	'true',
	'42',
	'OK',
	{ hello: 'world' },
	{ error: { code: 1, message: 'no', msg: 'no' } },
	{ success: false, message: 'no' },
	{ status: false, error: 'no' },
];

/** A body and how it is sent, for bodies that take long to serialize. */
const json = (body: unknown): TestResponse => ({
	status: 400,
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify(body),
});

/** Responses with messages of this many characters. */
const longErrors = (characters: number): TestResponse[] => {
	const noise = '\u0000\u001b[31m\u202e'.repeat(100);
	const long = `${'\u{1F600}'.repeat(characters / 5)}${'x'.repeat(characters)}`;
	return [
		json({ error: noise + long, message: long, detail: long }),
		json({ error: { msg: long, message: long, code: long } }),
		json({
			detail: Array.from({ length: characters / 50 }, () => ({ loc: ['body', 'x'], msg: 'wrong' })),
		}),
		{ status: 400, body: long },
		json(Array.from({ length: characters / 5 }, () => 1)),
	];
};
/** More than is read of an error; and all of it read, but more than is searched for secrets at once. */
const HUGE_ERRORS = longErrors(1_000_000);
const LONG_ERRORS = longErrors(100_000);

describe.each(OPERATIONS)('%s', (_, one) => {
	it('a success without its required content is an error, and does not put the execution to wait', async () => {
		for (const [from, valid] of (await callsOf(one)).entries()) {
			const isNew = testedSuccesses.isNew(one, from, valid);
			if (!isNew && mayContainAnything(one, valid)) continue;
			const bodies = isNew ? INVALID : INVALID.slice(0, 4);
			for (const body of bodies) {
				const run = await runWith(one, from, () => ({ headers: ETAG, body }));
				const what = `call ${from} with the response ${JSON.stringify(body)}`;
				const hostile = server.requests[from];
				const isEmptyList = Array.isArray(body) && hostile.method === 'GET';
				// A deletion may be confirmed by its status alone.
				if (hostile.method === 'DELETE' && [null, '', '""'].includes(body as never)) continue;
				if (isEmptyList || mayContainAnything(one, hostile)) continue;
				expect({ what, message: errorIn(run)?.message }).toEqual({
					what,
					message: expect.any(String) as unknown,
				});
				expectOwnError(errorIn(run)!);
				expect(run.data.waitTill).toBeUndefined();
			}
		}
	});

	it('a success with its required content that reports a failure is an error', async () => {
		const failures = [{ error: 'no' }, { error: { message: 'no' } }, { success: false }];
		for (const [from, valid] of (await callsOf(one)).entries()) {
			const isNew = testedFailures.isNew(one, from, valid);
			if (!isNew && mayReportFailure(one, valid)) continue;
			for (const failure of isNew ? failures : failures.slice(0, 1)) {
				const run = await runWith(one, from, (request) => {
					const body = good(request);
					const isObject = typeof body === 'object' && !Array.isArray(body);
					return { headers: ETAG, body: isObject ? { ...body, ...failure } : body };
				});
				if (mayReportFailure(one, server.requests[from])) continue;
				expect(errorIn(run)?.message).toContain('responded with 200');
			}
		}
	});

	it.each(STATUSES)('a web page with %i keeps its status', async (status) => {
		const headers = { 'content-type': 'text/html', 'retry-after': status === 429 ? '3600' : '' };
		const body = `<!DOCTYPE html><html><head><title>${status} from the \u0007proxy</title></head><body>${'PAGE '.repeat(5000)}</body></html>`;
		for (const [from, valid] of (await callsOf(one)).entries()) {
			if (!testedErrors[status].isNew(one, from, valid)) continue;
			const run = await runWith(one, from, () => ({ status, headers, body }));
			const error = errorIn(run);
			// An optional call may fail.
			if (!error && isOptional(one, server.requests[from])) continue;
			expect(error?.httpCode).toBe(String(status));
			expectOwnError(error!);
			expect(everythingIn(error)).not.toContain('PAGE');
			expect(error!.message).toContain(`responded with ${status}`);
			if (status !== 429) continue;
			expect(error!.failure).toEqual({ cause: 'rate-limited', retryAfterMs: 3_600_000 });
			expect(error!.description).toMatch(/wait until \d{4}-/);
		}
	});

	it('secrets in a response do not appear in the output or in an error', async () => {
		const { secrets: lasting } = credentialsOf(one, server.url);
		let secrets: string[];
		const echoOf = ({ path, query, headers, body }: TestRequest) => {
			const sent = JSON.stringify([query, body.toString()]);
			const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
			// Policies and signatures grant access too.
			const proofs = sent.match(/eyJ[\w-]+|\b[0-9a-f]{64}\b/g) ?? [];
			for (const text of [basic, ...proofs]) if (text) secrets.push(text.replace(/=+$/, ''));
			const all = [...secrets, ...secrets.map(encodeURIComponent)];
			return { path, query, headers, sent: body.length < 5000 ? sent : '', all };
		};
		const ways: Array<(request: TestRequest) => TestResponse> = [
			(request) => ({
				headers: ETAG,
				body: isFile(request)
					? FILE
					: Array.isArray(good(request))
						? [{ id: 'x', echo: echoOf(request) }]
						: { ...(good(request) as object), echo: echoOf(request), [secrets[0]]: 1 },
			}),
			(request) => ({
				status: 400,
				body: { error: JSON.stringify(echoOf(request)).slice(0, 200) },
			}),
			(request) => ({ status: 400, body: { error: { message: String(echoOf(request).all) } } }),
			(request) => ({ status: 500, body: `sorry ${String(echoOf(request).all)}` }),
			(request) => ({ status: 422, body: { detail: echoOf(request).all.join(' '), error: 'x' } }),
			(request) => ({
				status: 502,
				body: `<title>${String(echoOf(request).headers.authorization)}</title>`,
			}),
		];
		for (const [from, valid] of (await callsOf(one)).entries()) {
			// An option changes what the node makes of a success, but not of an error.
			const isNew = testedEchoes.isNew(one, from, valid);
			for (const way of isNew ? ways : ways.slice(0, 1)) {
				secrets = [...lasting];
				const run = await runWith(one, from, way);
				const error = errorIn(run);
				const shown = error ? everythingIn(error) : JSON.stringify(jsonOf(run));
				for (const secret of secrets) expect(shown).not.toContain(secret);
			}
		}
	});

	it('a long or malicious error message is truncated and sanitized', async () => {
		const [first] = await callsOf(one);
		// An option changes the error of a call only if it changes the call.
		if (!first || !testedLongErrors.isNew(one, 0, first)) return;
		const isNew = testedHugeErrors.size < testedHugeErrors.add(one.service).size;
		for (const response of isNew ? [...HUGE_ERRORS, ...LONG_ERRORS] : LONG_ERRORS) {
			const error = errorIn(await runWith(one, 0, () => response));
			expectOwnError(error!);
			expect(error!.message.isWellFormed()).toBe(true);
		}
	});

	it('an error warns of a possible effect only if the service may have acted', async () => {
		const [first] = await callsOf(one);
		// Parts of a multipart upload are nothing until it is complete.
		if (first?.method !== 'POST' || first.path.includes('/multipart/')) return;
		if (!testedWarnings.isNew(one, 0, first)) return;
		const warnsAfter = async (status: number) => {
			const error = errorIn(await runWith(one, 0, () => ({ status, body: { message: 'no' } })));
			return /\banyway\b|may have (started an upload|succeeded)/.test(error!.description!);
		};
		expect(await warnsAfter(500)).toBe(true);
		expect(await warnsAfter(400)).toBe(false);
	});

	it('a byte order mark before the JSON is ignored', async () => {
		const run = await runWith(one, 0, (request) => ({
			headers: { ...ETAG, ...typeOf(request) },
			body: isFile(request) ? good(request) : `\uFEFF${JSON.stringify(good(request))}`,
		}));
		expect(errorIn(run)?.message).toBeUndefined();
	});
});
