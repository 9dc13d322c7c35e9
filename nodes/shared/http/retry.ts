import { sleep } from 'n8n-workflow';

import { epochOf, serviceTime } from '../dates';
import { isJsonObject, type JsonRecord, textOf } from './service';

/** Number of attempts, including the first. */
export const MAX_ATTEMPTS = 4;
/** Milliseconds before the first retry; doubled for each further one. */
const INITIAL_DELAY = 500;
/** The longest wait in milliseconds; if a service asks for more, the call fails with the time in its error. */
const MAX_DELAY = 60_000;
/** The longest plausible `Retry-After`, a year in milliseconds; a longer one is ignored as an error of the service. */
const MAX_RETRY_AFTER = 366 * 86_400_000;

/** Temporary error statuses. */
const TEMPORARY_STATUSES = new Set([429, 502, 503, 504]);

/** Temporary connection errors before the request was sent. */
const TEMPORARY_UNSENT = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ETIMEDOUT',
]);
/** Temporary connection errors after which the service may have acted. */
const TEMPORARY_SENT = new Set([
	'ECONNRESET',
	'ETIMEDOUT',
	'ECONNABORTED',
	'EPIPE',
	'ERR_BAD_RESPONSE', // the HTTP library's code for a truncated response
	'EEARLY', // a success before the whole body was sent
	'ESLOWRESPONSE', // a response that was not complete in time
]);

/** The failure of one attempt. */
export interface RequestFailure {
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
export function isRetryable(
	{ status, code, unsent }: RequestFailure,
	isIdempotent: boolean,
): boolean {
	if (status === 429) return true; // rejected before it was processed
	if (status !== undefined) return isIdempotent && TEMPORARY_STATUSES.has(status);
	if (code === undefined) return false;
	if (unsent ?? isUnsent(code)) return TEMPORARY_UNSENT.has(code);
	return isIdempotent && TEMPORARY_SENT.has(code);
}

/** Codes of errors before any byte of the request is sent: DNS, connection, address, header. */
const UNSENT_CODE =
	/^(ECONNREFUSED|ENOTFOUND|EAI_\w+|ENODATA|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM|ERR_INVALID_URL|ERR_INVALID_PROTOCOL|ERR_UNESCAPED_CHARACTERS|ERR_INVALID_CHAR|ERR_INVALID_HTTP_TOKEN|ERR_HTTP_INVALID_HEADER_VALUE|ERR_SOCKET_BAD_PORT|ERR_TLS_\w+)$/;

/** OpenSSL's codes for an untrusted certificate, as Node names them (X509_V_ERR_… in crypto_common.cc). */
const UNTRUSTED_CODE =
	/(^|_)(CERT|CERTIFICATE|CRL|CA|SELF_SIGNED|ISSUER|LEAF_SIGNATURE)(_|$)|^(HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED|INVALID_PURPOSE|UNSPECIFIED)$/;

/** OpenSSL's messages for a failed TLS handshake. Does not include later errors, such as a bad record. */
const HANDSHAKE_ERROR =
	/wrong.version|version.number|unsupported.protocol|unknown.protocol|no.protocols|protocol.version|handshake|http.request|packet.length.too.long|record.too.(large|small|long)|no.shared|cipher|certificate|key.too.(small|weak)|renegotiation|unrecognized.name|application.protocol|before secure TLS connection/i;

/**
 * Whether an error occurred before the service could receive the request, so that it cannot have acted. Decided by the
 * system call, or by a code or message about DNS, connection, certificate or handshake. For any other error the service
 * may have received it.
 */
export function isUnsent(code: string, reason = '', syscall?: unknown): boolean {
	if (syscall === 'connect' || /^(getaddrinfo|query)/.test(String(syscall))) return true;
	if (UNSENT_CODE.test(code) || UNTRUSTED_CODE.test(code)) return true;
	if (code.startsWith('ERR_SSL_')) return HANDSHAKE_ERROR.test(code);
	return /^(EPROTO|ECONNRESET)$/.test(code) && HANDSHAKE_ERROR.test(reason);
}

/**
 * Extracts Node's error code and system call, which the errors of n8n and of the HTTP library contain at some level of
 * their causes, and the message.
 */
export function toRequestFailure(error: unknown): RequestFailure {
	const levels: JsonRecord[] = [];
	for (let level = error; isJsonObject(level) && levels.length < 5; level = level.cause) {
		levels.push(level);
	}
	const reason = textOf(levels[0]?.message)?.replace(/\.$/, '');
	const code = levels.map((level) => textOf(level.code)).find(Boolean);
	// n8n's protection against server-side request forgery blocks an address before anything is sent.
	if (levels.some(isBlockedByN8n)) return { code, reason, unsent: true };
	if (code === undefined) return { reason };
	const messages = levels.map((level) => textOf(level.message) ?? '').join('\n');
	const unsent = levels.some(({ syscall }) => isUnsent(code, messages, syscall));
	return { code, reason, unsent };
}

const isBlockedByN8n = ({ constructor: { name } }: JsonRecord) =>
	name === 'UserError' || name.startsWith('Ssrf');

/** Whether a certificate is not trusted or belongs to a different host. */
export const isCertificateError = (code: string): boolean =>
	UNTRUSTED_CODE.test(code) || code === 'ERR_TLS_CERT_ALTNAME_INVALID';

/**
 * Returns the milliseconds to wait after `attempt` (counted from 1): at least the exponential backoff with jitter.
 * Returns undefined after the last attempt, or if the service asks to wait for more than a minute.
 */
export function retryDelay(
	attempt: number,
	{ retryAfter = 0 }: RequestFailure,
): number | undefined {
	if (attempt >= MAX_ATTEMPTS || retryAfter > MAX_DELAY) return undefined;
	const backoff = INITIAL_DELAY * 2 ** (attempt - 1);
	return Math.max(retryAfter, backoff / 2 + Math.random() * (backoff / 2));
}

/** Waits in steps, so that a cancelled execution stops within a quarter of a second. */
export async function cancellableSleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
	const end = performance.now() + milliseconds;
	for (let left = milliseconds; left > 0 && !signal?.aborted; left = end - performance.now()) {
		await sleep(Math.min(left, 250));
	}
}

/**
 * Returns the wait that a response asks for, in milliseconds: `Retry-After` (RFC 9110 10.2.3), else a reset header. The
 * latter is ignored while requests remain, because some services send it with every response. Undefined without a wait,
 * and for an implausible one: a time in the past, free text, or more than a year.
 * Uses the response's `Date` as the current time, so that a wrong clock of n8n has no effect.
 */
export function parseRetryAfter(headers: Record<string, unknown>): number | undefined {
	const now = serviceTime(headers);
	const given = parseWait(headers['retry-after'], now);
	if (given !== undefined) return given;
	if (Number(rateLimitHeader(headers, 'remaining') ?? 0) > 0) return undefined;
	return parseWait(rateLimitHeader(headers, 'reset'), now);
}

/** Characters of a header that are parsed. */
const MAX_HEADER_LENGTH = 1_000;

/** Parses seconds, or a date in any format: a number as large as unix seconds is a date, not a wait. */
function parseWait(header: unknown, now: number): number | undefined {
	const waits = [header]
		.flat()
		.map((one) => String(one ?? '').slice(0, MAX_HEADER_LENGTH))
		// Node joins a repeated header with commas or returns an array; an HTTP date contains a comma itself.
		.flatMap((one) => (/[a-z]/i.test(one) ? [one] : one.split(',')))
		.map((text) => {
			const date = epochOf(text);
			if (date !== undefined) return date - now;
			return /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : NaN;
		})
		.filter((wait) => wait > 0 && wait <= MAX_RETRY_AFTER);
	return waits.length > 0 ? Math.ceil(Math.max(...waits.slice(0, 10))) : undefined;
}

/** Finds a rate limit header: `X-RateLimit-…`, `RateLimit-…`, or one that starts with the name of the service. */
function rateLimitHeader(headers: Record<string, unknown>, what: 'remaining' | 'reset'): unknown {
	const names = Object.keys(headers).filter((name) =>
		new RegExp(`^[a-z-]+-${what}$`, 'i').test(name),
	);
	return headers[names.find((name) => /ratelimit/i.test(name)) ?? names[0]];
}

/** The longest backoff in milliseconds. */
const MAX_BACKOFF = 30_000;

/** Statuses of a proxy or CDN that cannot reach the service: request timeout, too early, and Cloudflare's own. */
const UNREACHABLE_STATUSES = new Set([408, 425, 520, 521, 522, 523, 524, 530]);

/** Connection errors that are temporary in a transfer that has worked before: no network, no DNS, no data. */
const OUTAGE_CODES = new Set(['ENOTFOUND', 'ENETDOWN', 'EHOSTDOWN', 'ESTALLED']);

/**
 * Retries the requests of one transfer through an outage. The transfer gives up only when nothing has succeeded for a
 * time, so all its requests share one object: any success shows that the outage is over. Only for requests that are safe
 * to send twice.
 */
export class OutageRetries {
	/** Shared with the retries of {@link forPreparation}. */
	private readonly state: { hasSucceeded: boolean; failingSince?: number } = {
		hasSucceeded: false,
	};

	/**
	 * @param giveUpAfter milliseconds from the first failure without a success; {@link MAX_ATTEMPTS} attempts are made in
	 * any case
	 * @param onWait called before each wait
	 */
	constructor(
		private readonly giveUpAfter: number,
		private readonly onWait: () => void = () => undefined,
	) {}

	/** Call this for each request that succeeds, and for data that arrives. */
	recordSuccess = (): void => {
		this.state.hasSucceeded = true;
		this.state.failingSince = undefined;
	};

	/**
	 * Returns the retries of a request that only prepares a transfer, such as the request for an upload URL: its success does
	 * not show that the outage is over, because the bytes go to another host.
	 */
	forPreparation(): OutageRetries {
		return Object.create(this, { recordSuccess: { value: () => undefined } }) as OutageRetries;
	}

	/**
	 * Returns the milliseconds to wait after `attempt` (counted from 1): the wait that the service asks for, or an
	 * exponential backoff with jitter of up to 30 seconds. Undefined for a permanent failure, and when it is time to give up.
	 */
	delay(attempt: number, failure: RequestFailure): number | undefined {
		const isFirstFew = attempt < MAX_ATTEMPTS;
		if (!this.isTemporary(failure, isFirstFew)) return undefined;
		const now = performance.now();
		this.state.failingSince ??= now;
		const left = this.state.failingSince + this.giveUpAfter - now;
		const limit = Math.max(left, isFirstFew ? MAX_DELAY : 0);
		const { retryAfter = 0 } = failure;
		if (limit <= 0 || retryAfter > limit) return undefined;
		this.onWait();
		const backoff = retryDelay(Math.min(attempt, MAX_ATTEMPTS - 1), {})!;
		const doublings = Math.max(0, attempt - (MAX_ATTEMPTS - 1));
		const longer = Math.min(MAX_BACKOFF, backoff * 2 ** doublings);
		return Math.max(retryAfter, Math.min(longer, limit));
	}

	private isTemporary({ status, ...failure }: RequestFailure, isFirstFew: boolean): boolean {
		// A service that fails on this request every time responds in the same way.
		if (status === 500) return isFirstFew;
		if (status !== undefined)
			return isRetryable({ status }, true) || UNREACHABLE_STATUSES.has(status);
		if (isRetryable(failure, true)) return true;
		return this.state.hasSucceeded && OUTAGE_CODES.has(failure.code ?? '');
	}
}
