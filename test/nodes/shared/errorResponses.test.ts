/** Every operation of every node against a server with errors, long messages, and responses that contain secrets. */
import { everythingIn } from '../../support/errors';
import {
	errorIn,
	ETAG,
	everyResponse,
	expectOwnError,
	firstCalls,
	inTurn,
	isOptional,
	OPERATIONS,
} from '../../support/everyResponse';
import { credentialsOf, jsonOf } from '../../support/operations';
import type { TestRequest, TestResponse } from '../../support/testServer';
import { FILE, isFile } from '../../support/validResponses';

const { server, good, runWith, eachCall } = everyResponse();

const STATUSES = [404, 413, 429, 500, 502, 503];

const isFirstPage = firstCalls();
const isFirstEcho = firstCalls();
/** The services whose errors of all lengths a test has already tested. */
const testedLengths = new Set<string>();

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

const nextLongErrors = inTurn(LONG_ERRORS);
const nextStatuses = inTurn(STATUSES);
const nextFailures = inTurn([0, 1, 2, 3, 4]);

describe.each(OPERATIONS)('%s', (_, cases) => {
	it('a web page with an error status keeps the status', async () => {
		await eachCall(cases, async ({ one, from, request, isNew }) => {
			if (!isNew) return;
			for (const status of isFirstPage({ one, request }) ? STATUSES : nextStatuses(2)) {
				const headers = {
					'content-type': 'text/html',
					'retry-after': status === 429 ? '3600' : '',
				};
				const body = `<!DOCTYPE html><html><head><title>${status} from the \u0007proxy</title></head><body>${'PAGE '.repeat(5000)}</body></html>`;
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
	});

	it('secrets in a response do not appear in the output or in an error', async () => {
		const { secrets: lasting } = credentialsOf(cases[0], server.url);
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
		const success = (request: TestRequest): TestResponse => ({
			headers: ETAG,
			body: isFile(request)
				? FILE
				: Array.isArray(good(request))
					? [{ id: 'x', echo: echoOf(request) }]
					: { ...(good(request) as object), echo: echoOf(request), [secrets[0]]: 1 },
		});
		const failures: Array<(request: TestRequest) => TestResponse> = [
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
		await eachCall(cases, async ({ one, from, request, isNew }) => {
			// An option changes what the node makes of a success, but not of an error.
			const some = isNew ? nextFailures(2).map((index) => failures[index]) : [];
			const ways = isNew && isFirstEcho({ one, request }) ? failures : some;
			for (const way of isFile(request) ? ways : [success, ...ways]) {
				secrets = [...lasting];
				const run = await runWith(one, from, way);
				const error = errorIn(run);
				const shown = error ? everythingIn(error) : JSON.stringify(jsonOf(run));
				for (const secret of secrets) expect(shown).not.toContain(secret);
			}
		});
	});

	it('a long or malicious error message is truncated and sanitized', async () => {
		await eachCall(cases, async ({ one, from, isNew }) => {
			// An option changes the error of a call only if it changes the call.
			if (from > 0 || !isNew) return;
			const isNewService = testedLengths.size < testedLengths.add(one.service).size;
			for (const response of isNewService ? [...HUGE_ERRORS, ...LONG_ERRORS] : nextLongErrors(1)) {
				const error = errorIn(await runWith(one, 0, () => response));
				expectOwnError(error!);
				expect(error!.message.isWellFormed()).toBe(true);
			}
		});
	});

	it('an error warns of a possible effect only if the service may have acted', async () => {
		await eachCall(cases, async ({ one, from, request: { method, path }, isNew }) => {
			// Parts of a multipart upload are nothing until it is complete.
			if (from > 0 || !isNew || method !== 'POST' || path.includes('/multipart/')) return;
			const warnsAfter = async (status: number) => {
				const error = errorIn(await runWith(one, 0, () => ({ status, body: { message: 'no' } })));
				return /\banyway\b|may have (started an upload|succeeded)/.test(error!.description!);
			};
			expect(await warnsAfter(500)).toBe(true);
			expect(await warnsAfter(400)).toBe(false);
		});
	});
});
