import { sleep } from 'n8n-workflow';

import {
	isUnsent,
	isRetryable,
	cancellableSleep,
	retryDelay,
	parseRetryAfter,
} from '../../../nodes/shared/http/retry';
import { useRealWaits } from '../../support/waits';

useRealWaits();

describe('a failed call', () => {
	it.each([
		['status 429, even if it must not run twice', { status: 429 }, false],
		['a failure to connect, even if it must not run twice', { code: 'ECONNREFUSED' }, false],
		['status 502', { status: 502 }, true],
		['status 503', { status: 503 }, true],
		['status 504', { status: 504 }, true],
		['a reset connection', { code: 'ECONNRESET' }, true],
		['a timeout', { code: 'ETIMEDOUT' }, true],
	])('is retried after %s', (_, failure, isIdempotent) => {
		expect(isRetryable(failure, isIdempotent)).toBe(true);
	});

	it.each([
		['a reset connection, if it must not run twice', { code: 'ECONNRESET' }, false],
		['status 503, if it must not run twice', { status: 503 }, false],
		['status 500', { status: 500 }, true],
		['status 403', { status: 403 }, true],
		['a host that does not exist', { code: 'ENOTFOUND' }, true],
		['an unknown failure', {}, true],
	])('is not retried after %s', (_, failure, isIdempotent) => {
		expect(isRetryable(failure, isIdempotent)).toBe(false);
	});
});

describe('the delay before a retry', () => {
	it('doubles, and ends after the fourth attempt', () => {
		const pauses = [1, 2, 3].map((attempt) => retryDelay(attempt, {})!);
		pauses.forEach((ms, index) => {
			expect(ms).toBeGreaterThanOrEqual(250 * 2 ** index);
			expect(ms).toBeLessThanOrEqual(500 * 2 ** index);
		});
		expect(retryDelay(4, {})).toBeUndefined();
	});

	it('varies by up to half, so that requests that failed together are not retried together', () => {
		const random = jest.spyOn(Math, 'random');
		expect(random.mockReturnValue(0) && retryDelay(2, {})).toBe(500);
		expect(random.mockReturnValue(0.5) && retryDelay(2, {})).toBe(750);
		random.mockRestore();
	});

	it('is never shorter than the backoff', () => {
		expect(retryDelay(3, { retryAfter: 1 })).toBeGreaterThanOrEqual(1000);
	});

	it('is the one that the service asks for, up to a minute', () => {
		expect(retryDelay(1, { retryAfter: 7000 })).toBe(7000);
		expect(retryDelay(1, { retryAfter: 60_000 })).toBe(60_000);
		expect(retryDelay(1, { retryAfter: 60_001 })).toBeUndefined();
	});

	it('ends within a quarter of a second when the execution is stopped', async () => {
		const stop = new AbortController();
		const delay = cancellableSleep(30_000, stop.signal).then(() => 'stopped');
		stop.abort();
		expect(await Promise.race([delay, sleep(1_000)])).toBe('stopped');
	});
});

describe('the wait that a response asks for', () => {
	const date = 'Wed, 22 Jan 2025 14:22:18 GMT';
	const unix = Date.parse(date) / 1000;
	it.each([
		['Retry-After in seconds', { 'retry-after': '7' }, 7000],
		['Retry-After as a date', { date, 'retry-after': 'Wed, 22 Jan 2025 14:22:28 GMT' }, 10_000],
		['X-RateLimit-Reset', { date, 'x-ratelimit-reset': String(unix + 30) }, 30_000],
		['Filestack-Reset', { date, 'filestack-reset': String(unix + 5) }, 5000],
		[
			'a rate limit before other headers with a similar name',
			{ 'password-reset': '7', 'ratelimit-reset': '30' },
			30_000,
		],
		[
			'a reset header without remaining requests',
			{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' },
			30_000,
		],
		[
			'nothing, because a request remains',
			{ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '30' },
			undefined,
		],
		['seconds from now in a reset header', { date, 'x-ratelimit-reset': '30' }, 30_000],
		['RateLimit-Reset', { 'ratelimit-reset': '30' }, 30_000],
		['milliseconds since 1970', { date, 'x-ratelimit-reset': String((unix + 30) * 1000) }, 30_000],
		['ISO 8601', { date, 'x-ratelimit-reset': '2025-01-22T14:22:48Z' }, 30_000],
		['unix seconds in Retry-After', { date, 'retry-after': String(unix + 9) }, 9000],
		['a fraction of a second', { 'retry-after': '0.5' }, 500],
		['a header that was sent twice', { 'retry-after': ['3', '7'] }, 7000],
		['a header that was joined', { 'retry-after': '3, 7' }, 7000],
		[
			'a useless Retry-After',
			{ date, 'retry-after': '', 'filestack-reset': String(unix + 5) },
			5000,
		],
		['almost a year', { 'retry-after': '31536000' }, 31_536_000_000],
		['nothing', {}, undefined],
		...[
			'later',
			'',
			' ',
			'0',
			'-1',
			'-Infinity',
			'Infinity',
			'NaN',
			'1e999',
			'1e3',
			'0x10',
			'99999999999999999999999999',
			'9'.repeat(400),
			'8640000000000001',
			'Wed, 22 Jan 2025 14:22:08 GMT',
			'Wed, 22 Jan 9999 14:22:08 GMT',
			'Thu, 99 Foo 2025 14:22:08 GMT',
			'tomorrow',
			'null',
			'[object Object]',
			null,
			{},
			[],
			Infinity,
		].flatMap((text) =>
			['retry-after', 'x-ratelimit-reset'].map(
				(name) =>
					[`nonsense: ${name}: ${String(text)}`, { date, [name]: text }, undefined] as const,
			),
		),
		['an invalid Date header', { date: 'x', 'x-ratelimit-reset': '946684800' }, undefined],
	] as Array<[string, Record<string, unknown>, number | undefined]>)(
		'%s',
		(_, headers, milliseconds) => {
			expect(parseRetryAfter(headers)).toBe(milliseconds);
		},
	);
});

describe('a connection error', () => {
	it.each([
		...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EHOSTUNREACH', 'ENETUNREACH'],
		...['ERR_INVALID_URL', 'ERR_INVALID_CHAR', 'EADDRNOTAVAIL'],
		...[
			'CERT_HAS_EXPIRED',
			'CERT_NOT_YET_VALID',
			'CERT_REVOKED',
			'CERT_UNTRUSTED',
			'CERT_REJECTED',
		],
		...['CERT_SIGNATURE_FAILURE', 'CERT_CHAIN_TOO_LONG', 'ERROR_IN_CERT_NOT_AFTER_FIELD'],
		...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'HOSTNAME_MISMATCH'],
		...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_GET_CRL'],
		...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY', 'INVALID_CA'],
		...['PATH_LENGTH_EXCEEDED', 'INVALID_PURPOSE', 'ERR_TLS_CERT_ALTNAME_INVALID'],
		...['CRL_HAS_EXPIRED', 'CRL_SIGNATURE_FAILURE', 'UNABLE_TO_DECRYPT_CERT_SIGNATURE'],
		...['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_UNSUPPORTED_PROTOCOL', 'ERR_SSL_HTTP_REQUEST'],
		...['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
		...['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
	])('with the code %s occurred before the service could receive the request', (code) => {
		expect(isUnsent(code)).toBe(true);
	});

	it.each([
		['EPROTO', 'write EPROTO 80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number'],
		[
			'ECONNRESET',
			'Client network socket disconnected before secure TLS connection was established',
		],
		['ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.1:443', 'connect'],
		['ESERVFAIL', 'queryA ESERVFAIL example.com', 'queryA'],
	])('%s: %s occurred before the service could receive the request', (...fault) => {
		expect(isUnsent(...(fault as [string, string, string?]))).toBe(true);
	});

	it.each([
		['ECONNRESET', 'socket hang up'],
		['ECONNRESET', 'read ECONNRESET', 'read'],
		['ETIMEDOUT', 'read ETIMEDOUT', 'read'],
		['EPIPE', 'write EPIPE', 'write'],
		['ECONNABORTED', 'timeout of 60000ms exceeded'],
		['ERR_BAD_RESPONSE', 'stream has been aborted'],
		['ERR_CANCELED', 'canceled'],
		['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'bad record'],
		['EPROTO', 'write EPROTO bad record mac'],
		['HPE_INVALID_CONSTANT', 'Parse Error'],
		['ESOMETHINGNEW', ''],
		['', ''],
	])('%s: %s may have occurred after the service received the request', (...fault) => {
		expect(isUnsent(...(fault as [string, string, string?]))).toBe(false);
	});

	it('decides whether a call that must not run twice is retried', () => {
		const code = 'ETIMEDOUT';
		expect(isRetryable({ code, unsent: true }, false)).toBe(true);
		expect(isRetryable({ code, unsent: false }, false)).toBe(false);
		expect(isRetryable({ code: 'CERT_HAS_EXPIRED', unsent: true }, true)).toBe(false);
	});
});
