import { sleep } from 'n8n-workflow';

/** Attempts in all, the first one included. */
const ATTEMPTS = 4;
/** Milliseconds before the first repeat; doubled before each further one. */
const FIRST_PAUSE = 500;
/** The longest that a service may make a workflow wait; beyond it the error says when to come back. */
const LONGEST_PAUSE = 60_000;

/** Statuses that pass by themselves. */
const PASSING = new Set([429, 502, 503, 504]);

/** Faults that end a connection before the service has seen a request. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** Faults that leave open whether the service has acted. */
const MAYBE_SENT = new Set([
	'ECONNRESET',
	'ETIMEDOUT',
	'ECONNABORTED',
	'EPIPE',
	'ERR_BAD_RESPONSE', // the HTTP library's code for an answer that breaks off
]);

/** Whether a fault of that code ended a connection before the service has seen the request. */
export const wasNeverSent = (code: unknown): boolean => NEVER_SENT.has(String(code));

/** How one attempt ended, if it did not succeed. */
export interface Setback {
	/** HTTP status; undefined where no answer came. */
	status?: number;
	/** Node's code of a connection fault, e.g. ECONNRESET. */
	code?: string;
	/** The fault in the words of n8n, without the full stop of their end. */
	reason?: string;
	/** What the service asks to wait, in milliseconds. */
	retryAfter?: number;
}

/** The one rule for every repeat: does it make sense, and can it do no harm? */
export function mayRepeat({ status, code }: Setback, repeatable: boolean): boolean {
	if (status === 429) return true; // refused unread
	if (status !== undefined) return repeatable && PASSING.has(status);
	if (code === undefined) return false;
	return NEVER_SENT.has(code) || (repeatable && MAYBE_SENT.has(code));
}

/**
 * Milliseconds to wait before the attempt after `attempt` (counted from 1), or undefined where it is time to give up:
 * after the last attempt, or when the service asks for more than a minute.
 */
export function pauseAfter(attempt: number, setback: Setback): number | undefined {
	if (attempt >= ATTEMPTS) return undefined;
	const { retryAfter } = setback;
	if (retryAfter !== undefined) return retryAfter <= LONGEST_PAUSE ? retryAfter : undefined;
	const backOff = FIRST_PAUSE * 2 ** (attempt - 1);
	return backOff / 2 + Math.random() * (backOff / 2);
}

/** Waits, in slices, so that a cancelled execution stops within a quarter of a second. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	const end = Date.now() + milliseconds;
	for (let left = milliseconds; left > 0 && !signal?.aborted; left = end - Date.now()) {
		await sleep(Math.min(left, 250));
	}
}

/**
 * The wait that an answer asks for, in milliseconds: `Retry-After` (seconds or an HTTP date, RFC 9110 10.2.3), else a
 * reset header in unix seconds, unless the answer says that requests are left: some services send it with every answer.
 * The service's own `Date` is taken for now, so that the host's clock does not matter.
 */
export function retryAfterOf(headers: Record<string, unknown>): number | undefined {
	const date = Date.parse(String(headers.date ?? ''));
	const now = Number.isNaN(date) ? Date.now() : date;
	const given = headers['retry-after'];
	if (given !== undefined) {
		const seconds = Number(given);
		const until = Number.isNaN(seconds) ? Date.parse(String(given)) - now : seconds * 1000;
		return Number.isNaN(until) ? undefined : Math.max(0, until);
	}
	if (Number(limitHeader(headers, 'remaining') ?? 0) > 0) return undefined;
	const reset = Number(limitHeader(headers, 'reset') ?? NaN);
	return Number.isNaN(reset) ? undefined : Math.max(0, reset * 1000 - now);
}

/**
 * What an answer says of a limit: `X-RateLimit-…`, or a header that begins with the service's own name. (`RateLimit-Reset`
 * is something else: seconds from now.)
 */
function limitHeader(headers: Record<string, unknown>, what: 'remaining' | 'reset'): unknown {
	return Object.entries(headers).find(
		([name]) =>
			name === `x-ratelimit-${what}` || new RegExp(`^(?!ratelimit)[a-z]+-${what}$`).test(name),
	)?.[1];
}
