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

/** The cases of each operation, by service, resource and operation. The first one has the default parameters. */
export const OPERATIONS = groupByOperation(
	everyOperation().filter(({ name }) => !NEEDS_FILE.test(name)),
);

function groupByOperation(cases: Case[]): Array<readonly [name: string, cases: Case[]]> {
	const groups = new Map<string, Case[]>();
	for (const one of cases) {
		const operation = one.name.split(' ').slice(0, 3).join(' ');
		groups.set(operation, [...(groups.get(operation) ?? []), one]);
	}
	return [...groups];
}

/** Whether a call is optional: a download requests the file name, but works without it. */
export const isOptional = ({ name }: Case, { path }: TestRequest) =>
	/ download( |$)|^Filestack (image|document|archive|website) /.test(name) &&
	path.endsWith('/metadata');

/** A call of a case with valid responses. */
export interface TestedCall {
	one: Case;
	/** Its number, counted from 0. */
	from: number;
	request: TestRequest;
	/** Whether no earlier case of the operation makes it: most cases differ in few of their calls. */
	isNew: boolean;
}

/** Identifies a call of an operation. Values of tasks do not make a different call, and a policy contains the time. */
const keyOf = (from: number, { method, path }: TestRequest) =>
	[from, method, path.replace(/=[^/]*/g, '')].join(' ');

/**
 * Returns a function that tells whether a call is the first of its service with its method. Code that does not depend on the
 * operation makes sense of the response, so that further calls need only a few of all responses.
 */
export function firstCalls(): (call: Pick<TestedCall, 'one' | 'request'>) => boolean {
	const known = new Set<string>();
	return ({ one, request }) => known.size < known.add(`${one.service} ${request.method}`).size;
}

/** Returns a function that returns the next entries of a list, from the start again after the last. */
export function inTurn<T>(list: readonly T[]): (count: number) => T[] {
	let next = 0;
	return (count) => Array.from({ length: count }, () => list[next++ % list.length]);
}

/** Starts a server in the place of all services for a file of tests, with functions to run every operation against it. */
export function everyResponse() {
	// A test runs all cases of an operation.
	jest.setTimeout(240_000);
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

	/** Runs a check for all calls of all cases of an operation. A failure names the case and the call. */
	async function eachCall(cases: Case[], check: (call: TestedCall) => Promise<void>) {
		const known = new Set<string>();
		for (const one of cases) {
			for (const [from, request] of (await callsOf(one)).entries()) {
				const isNew = known.size < known.add(keyOf(from, request)).size;
				await check({ one, from, request, isNew }).catch((cause: Error) => {
					const call = `${from} (${request.method} ${request.path})`;
					throw new Error(`${one.name}, call ${call}: ${cause.message}`, { cause });
				});
			}
		}
	}

	return { server, good, runWith, eachCall };
}
