/** Every operation of every node against a server with errors, long messages, and responses that contain secrets. */
import { everythingIn } from '../../support/errors';
import {
	errorIn,
	ETAG,
	everyResponse,
	expectOwnError,
	isOptional,
	OPERATIONS,
	TestedCalls,
} from '../../support/everyResponse';
import { credentialsOf, jsonOf } from '../../support/operations';
import type { TestRequest, TestResponse } from '../../support/testServer';
import { FILE, isFile } from '../../support/validResponses';

const { server, good, runWith, callsOf } = everyResponse();

const testedEchoes = new TestedCalls();
const testedWarnings = new TestedCalls();
const STATUSES = [404, 413, 429, 500, 502, 503];
const testedErrors = Object.fromEntries(STATUSES.map((one) => [one, new TestedCalls()]));
const testedLongErrors = new TestedCalls();
/** The services whose errors of megabytes a test has already tested: they do not depend on the operation. */
const testedHugeErrors = new Set<string>();

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
});
