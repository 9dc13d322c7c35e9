/**
 * Every operation of every node against a server with undocumented responses of status 200. The operations and their
 * parameters come from the descriptions, so that a new one is tested automatically if `validResponses` satisfies it.
 */
import {
	errorIn,
	ETAG,
	everyResponse,
	expectOwnError,
	firstCalls,
	inTurn,
	isOptional,
	OPERATIONS,
	typeOf,
} from '../../support/everyResponse';
import type { Case } from '../../support/operations';
import type { TestRequest } from '../../support/testServer';
import { hasStatusOnly, isFile } from '../../support/validResponses';

const { server, good, runWith, eachCall } = everyResponse();

/** Whether nothing is expected of the content of a success. */
const mayContainAnything = (one: Case, request: TestRequest) =>
	isFile(request) || hasStatusOnly(request) || isOptional(one, request);

/** Whether a success that reports a failure may count as a success. */
const mayReportFailure = (one: Case, request: TestRequest) =>
	Array.isArray(good(request)) ||
	isFile(request) ||
	request.method === 'PUT' ||
	isOptional(one, request);

/** Bodies without required content: first those whose rejection depends on the call, or one of each kind. */
const INVALID = [
	...[{}, '', '<p>Welcome</p>', { error: 'no' }, [], { hello: 'world' }],
	...[null, '""', 'true', '42', 'OK'],
	{ error: { code: 1, message: 'no', msg: 'no' } },
	{ success: false, message: 'no' },
	{ status: false, error: 'no' },
];
const nextInvalid = inTurn(INVALID.slice(0, 4));
const nextFurther = inTurn(INVALID.slice(6));
const isFirstInvalid = firstCalls();

/** Fields with which a success reports a failure. */
const FAILURES = [{ error: 'no' }, { error: { message: 'no' } }, { success: false }];
const nextFailures = inTurn(FAILURES);
const isFirstFailure = firstCalls();

describe.each(OPERATIONS)('%s', (_, cases) => {
	it('a success without its required content is an error, and does not put the execution to wait', async () => {
		await eachCall(cases, async ({ one, from, request, isNew }) => {
			const mayBeAny = mayContainAnything(one, request);
			if (!isNew && mayBeAny) return;
			const some = isNew ? [...INVALID.slice(0, 6), ...nextFurther(1)] : nextInvalid(1);
			const bodies = !mayBeAny && isFirstInvalid({ one, request }) ? INVALID : some;
			for (const body of mayBeAny ? nextFurther(2) : bodies) {
				const run = await runWith(one, from, () => ({ headers: ETAG, body }));
				const error = errorIn(run);
				if (error) expectOwnError(error);
				const { method } = server.requests[from];
				const isEmptyList = Array.isArray(body) && method === 'GET';
				// A deletion may be confirmed by its status alone.
				const isConfirmed = method === 'DELETE' && [null, '', '""'].includes(body as never);
				if (mayBeAny || isEmptyList || isConfirmed) continue;
				expect({ body, message: error?.message }).toEqual({
					body,
					message: expect.any(String) as unknown,
				});
				expect(run.data.waitTill).toBeUndefined();
			}
		});
	});

	it('a success with its required content that reports a failure is an error', async () => {
		await eachCall(cases, async ({ one, from, request }) => {
			if (mayReportFailure(one, request)) return;
			for (const failure of isFirstFailure({ one, request }) ? FAILURES : nextFailures(1)) {
				const run = await runWith(one, from, (hostile) => {
					const body = good(hostile);
					const isObject = typeof body === 'object' && !Array.isArray(body);
					return { headers: ETAG, body: isObject ? { ...body, ...failure } : body };
				});
				expect(errorIn(run)?.message).toContain('responded with 200');
			}
		});
	});

	it('a byte order mark before the JSON is ignored', async () => {
		const tested = new Set<Case>();
		await eachCall(cases, async ({ one, isNew }) => {
			if (!isNew || tested.has(one)) return;
			tested.add(one);
			const run = await runWith(one, 0, (request) => ({
				headers: { ...ETAG, ...typeOf(request) },
				body: isFile(request) ? good(request) : `\uFEFF${JSON.stringify(good(request))}`,
			}));
			expect(errorIn(run)?.message).toBeUndefined();
		});
	});
});
