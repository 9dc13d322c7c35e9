/**
 * Every operation of every node against a server with undocumented responses of status 200. The operations and their
 * parameters come from the descriptions, so that a new one is tested automatically if `validResponses` satisfies it.
 */
import {
	errorIn,
	ETAG,
	everyResponse,
	expectOwnError,
	isOptional,
	OPERATIONS,
	TestedCalls,
	typeOf,
} from '../../support/everyResponse';
import type { Case } from '../../support/operations';
import type { TestRequest } from '../../support/testServer';
import { hasStatusOnly, isFile } from '../../support/validResponses';

const { server, good, runWith, callsOf } = everyResponse();

/** Whether nothing is expected of the content of a success. */
const mayContainAnything = (one: Case, request: TestRequest) =>
	isFile(request) || hasStatusOnly(request) || isOptional(one, request);

/** Whether a success that reports a failure may count as a success. */
const mayReportFailure = (one: Case, request: TestRequest) =>
	Array.isArray(good(request)) ||
	isFile(request) ||
	request.method === 'PUT' ||
	isOptional(one, request);

const testedSuccesses = new TestedCalls();
const testedFailures = new TestedCalls();

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

	it('a byte order mark before the JSON is ignored', async () => {
		const run = await runWith(one, 0, (request) => ({
			headers: { ...ETAG, ...typeOf(request) },
			body: isFile(request) ? good(request) : `\uFEFF${JSON.stringify(good(request))}`,
		}));
		expect(errorIn(run)?.message).toBeUndefined();
	});
});
