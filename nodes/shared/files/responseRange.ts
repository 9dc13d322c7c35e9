import { headerTime } from '../dates';
import { textOf } from '../http/service';

/** The bytes of a file that a response contains (RFC 9110, 14.4). */
interface ContentRange {
	first: number;
	last: number;
	/** Size of the whole file in bytes. */
	total: number;
}

/** Parses a Content-Range header. */
export function rangeOf(headers: Record<string, unknown>): ContentRange | undefined {
	const header = String(headers['content-range'] ?? '').trim();
	const numbers = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(header)?.slice(1).map(Number);
	if (!numbers) return undefined;
	const [first, last, total] = numbers;
	return { first, last, total };
}

/** Parses a Content-Length header, in bytes; undefined if it is missing or invalid. */
export const lengthOf = (header: unknown): number | undefined =>
	/^\d{1,15}$/.test(String(header ?? '').trim()) ? Number(header) : undefined;

/** Why a successful response to a request without a range does not contain the whole file; undefined if it does. */
export function incompleteReason(status: number, headers: Record<string, unknown>) {
	// A 203 is a 200 modified by a proxy.
	if (status === 200 || status === 203) return undefined;
	if (status !== 206) return `no file (${status})`;
	const { first, last, total } = rangeOf(headers) ?? {};
	const length = lengthOf(headers['content-length']) ?? total;
	const isWhole = first === 0 && last !== undefined && last + 1 === total && length === total;
	return isWhole ? undefined : 'only a part of the file (206)';
}

/** Milliseconds by which a file must be older than the response, for its date to identify its content (RFC 9110, 8.8.2.2). */
const MIN_AGE = 1000;

/**
 * Returns what identifies the content of a file in `If-Range`: its ETag or its modification date. Undefined if two
 * responses cannot be proved to contain the same bytes: for a weak ETag, and for a file modified at the time of the
 * response, which may change again within the same second.
 */
export function validatorOf(headers: Record<string, unknown>): string | undefined {
	const etag = textOf(headers.etag)?.trim();
	if (etag !== undefined) return /^"[^"]*"$/.test(etag) ? etag : undefined;
	const modified = textOf(headers['last-modified'])?.trim();
	const [changed, sent] = [headerTime(modified), headerTime(headers.date)];
	const isOld = changed !== undefined && sent !== undefined && sent - changed >= MIN_AGE;
	return isOld ? modified : undefined;
}

/** Whether a response to a range request contains the same file as the response with this validator. */
export function isSameFile(headers: Record<string, unknown>, validator: string): boolean {
	const etag = textOf(headers.etag)?.trim();
	if (validator.startsWith('"')) return etag === undefined || etag === validator;
	const modified = textOf(headers['last-modified'])?.trim();
	return modified === undefined || modified === validator;
}
