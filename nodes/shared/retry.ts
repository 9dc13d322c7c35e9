import { sleep } from 'n8n-workflow';

import { epochOf, serviceTime } from './dates';

/** Attempts in all, the first one included. */
const ATTEMPTS = 4;
/** Milliseconds before the first repeat; doubled before each further one. */
const FIRST_PAUSE = 500;
/** The longest that a service may make a workflow wait; beyond it the error says when to come back. */
const LONGEST_PAUSE = 60_000;
/** The longest wait that a service can mean: a year. More is a mistake, and counts as nothing. */
const LONGEST_WAIT = 366 * 86_400_000;

/** Statuses that pass by themselves. */
const PASSING = new Set([429, 502, 503, 504]);

/** Faults before a request was sent that pass by themselves. */
const PASSING_UNSENT = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ETIMEDOUT',
]);
/** Faults that leave open whether the service has acted, and pass by themselves. */
const PASSING_SENT = new Set([
	'ECONNRESET',
	'ETIMEDOUT',
	'ECONNABORTED',
	'EPIPE',
	'ERR_BAD_RESPONSE', // the HTTP library's code for an answer that breaks off
]);

/** The failure of one attempt. */
export interface Setback {
	/** HTTP status; undefined without a response. */
	status?: number;
	/** Node's code of a connection error, for example ECONNRESET. */
	code?: string;
	/** Whether the connection failed before the service could see the request; see {@link isUnsent}. */
	unsent?: boolean;
	/** n8n's error message, without a period at the end. */
	reason?: string;
	/** The wait that the service asks for, in milliseconds. */
	retryAfter?: number;
}

/** Whether a failed attempt may be retried: the error is temporary, and a second call is safe. */
export function mayRepeat({ status, code, unsent }: Setback, repeatable: boolean): boolean {
	if (status === 429) return true; // refused unread
	if (status !== undefined) return repeatable && PASSING.has(status);
	if (code === undefined) return false;
	if (unsent ?? isUnsent(code)) return PASSING_UNSENT.has(code);
	return repeatable && PASSING_SENT.has(code);
}

/** Codes of faults that come before anything of a request is sent: name server, connection, address, header. */
const UNSENT =
	/^(ECONNREFUSED|ENOTFOUND|EAI_\w+|ENODATA|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM|ERR_INVALID_URL|ERR_INVALID_PROTOCOL|ERR_UNESCAPED_CHARACTERS|ERR_INVALID_CHAR|ERR_INVALID_HTTP_TOKEN|ERR_HTTP_INVALID_HEADER_VALUE|ERR_SOCKET_BAD_PORT|ERR_TLS_\w+)$/;

/** OpenSSL's reasons to trust no certificate, as Node names them (X509_V_ERR_… in crypto_common.cc). */
const UNTRUSTED =
	/(^|_)(CERT|CERTIFICATE|CRL|CA|SELF_SIGNED|ISSUER|LEAF_SIGNATURE)(_|$)|^(HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED|INVALID_PURPOSE|UNSPECIFIED)$/;

/** What a TLS handshake fails of, in the words of OpenSSL. Later faults (a bad record) are not among them. */
const HANDSHAKE =
	/wrong.version|version.number|unsupported.protocol|unknown.protocol|no.protocols|protocol.version|handshake|http.request|packet.length.too.long|record.too.(large|small|long)|no.shared|cipher|certificate|key.too.(small|weak)|renegotiation|unrecognized.name|application.protocol|before secure TLS connection/i;

/**
 * Whether an error occurred before the service could receive the request, so that it cannot have acted. Decided by the
 * system call, or by a code or message about DNS, connection, certificate or handshake. For any other error the service
 * may have received it.
 */
export function isUnsent(code: string, reason = '', syscall?: unknown): boolean {
	if (syscall === 'connect' || /^(getaddrinfo|query)/.test(String(syscall))) return true;
	if (UNSENT.test(code) || UNTRUSTED.test(code)) return true;
	if (code.startsWith('ERR_SSL_')) return HANDSHAKE.test(code);
	return /^(EPROTO|ECONNRESET)$/.test(code) && HANDSHAKE.test(reason);
}

/** Whether a certificate is not trusted or belongs to a different host. */
export const isUntrusted = (code: string): boolean =>
	UNTRUSTED.test(code) || code === 'ERR_TLS_CERT_ALTNAME_INVALID';

/**
 * Returns the milliseconds to wait after `attempt` (counted from 1): at least the exponential backoff with jitter.
 * Returns undefined after the last attempt, or if the service asks to wait for more than a minute.
 */
export function pauseAfter(attempt: number, { retryAfter = 0 }: Setback): number | undefined {
	if (attempt >= ATTEMPTS || retryAfter > LONGEST_PAUSE) return undefined;
	const backOff = FIRST_PAUSE * 2 ** (attempt - 1);
	return Math.max(retryAfter, backOff / 2 + Math.random() * (backOff / 2));
}

/** Waits in steps, so that a cancelled execution stops within a quarter of a second. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	const end = Date.now() + milliseconds;
	for (let left = milliseconds; left > 0 && !signal?.aborted; left = end - Date.now()) {
		await sleep(Math.min(left, 250));
	}
}

/**
 * Returns the wait that a response asks for, in milliseconds: `Retry-After` (RFC 9110 10.2.3), else a reset header. The
 * latter is ignored while requests remain, because some services send it with every response. Undefined without a wait,
 * and for an implausible one: a time in the past, free text, or more than a year.
 * Uses the response's `Date` as the current time, so that a wrong clock of n8n has no effect.
 */
export function retryAfterOf(headers: Record<string, unknown>): number | undefined {
	const now = serviceTime(headers);
	const given = waitOf(headers['retry-after'], now);
	if (given !== undefined) return given;
	if (Number(limitHeader(headers, 'remaining') ?? 0) > 0) return undefined;
	return waitOf(limitHeader(headers, 'reset'), now);
}

/** Seconds from now, or a moment in any form that a date may have: no wait is as long as the unix seconds of a date. */
function waitOf(header: unknown, now: number): number | undefined {
	const waits = [header]
		.flat()
		// Node joins a repeated header with commas or returns an array; an HTTP date contains a comma itself.
		.flatMap((one) => (/[a-z]/i.test(String(one)) ? [String(one)] : String(one ?? '').split(',')))
		.map((text) => {
			const moment = epochOf(text);
			if (moment !== undefined) return moment - now;
			return /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : NaN;
		})
		.filter((wait) => wait > 0 && wait <= LONGEST_WAIT);
	return waits.length > 0 ? Math.ceil(Math.max(...waits.slice(0, 10))) : undefined;
}

/** What an answer says of a limit: `X-RateLimit-…`, `RateLimit-…`, or a header that begins with the service's own name. */
function limitHeader(headers: Record<string, unknown>, what: 'remaining' | 'reset'): unknown {
	const names = Object.keys(headers).filter((name) =>
		new RegExp(`^[a-z-]+-${what}$`, 'i').test(name),
	);
	return headers[names.find((name) => /ratelimit/i.test(name)) ?? names[0]];
}
