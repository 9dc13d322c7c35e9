import type { IRun, NodeApiError } from 'n8n-workflow';

import { FilestackServer } from './filestack';
import { type Case, everyOperation, jsonOf, runCase } from './operations';
import type { TestRequest, TestResponse } from './testServer';
import { isProcessed, validBody } from './validResponses';
import { skipWaits, waits } from './waits';

export const ETAG = { etag: '"e"' };

/** A text is not a valid result of processing. */
export const typeOf = (request: TestRequest): Record<string, string> =>
	isProcessed(request) ? { 'content-type': 'image/png' } : {};

export const errorIn = ({ data }: IRun) => data.resultData.error as NodeApiError | undefined;

/** Texts that must never reach a user. */
const RAW =
	/is not a function|is not iterable|Cannot read|undefined|NaN|\[object |Unexpected token|Invalid time/;

export function expectOwnError(error: NodeApiError): void {
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

export const OPERATIONS = everyOperation()
	.filter(({ name }) => !NEEDS_FILE.test(name))
	.map((one) => [one.name, one] as const);

/** Whether a call is optional: a download requests the file name, but works without it. */
export const isOptional = ({ name }: Case, { path }: TestRequest) =>
	/ download( |$)|^Filestack (image|document|archive|website) /.test(name) &&
	path.endsWith('/metadata');

/** The calls that a test has already tested in an earlier case of the same operation. */
export class TestedCalls {
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

/** Starts a server in the place of all services for a file of tests, with functions to run every operation against it. */
export function everyResponse() {
	skipWaits();
	const server = new FilestackServer();
	beforeAll(async () => await server.start());
	afterAll(async () => await server.stop());
	beforeEach(() => server.reset());

	/** Returns a body that is valid for every call of every service. */
	const good = (request: TestRequest) => validBody(request, server.url);

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

	return { server, good, runWith, callsOf };
}
