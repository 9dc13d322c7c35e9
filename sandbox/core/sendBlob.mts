import type { FastifyReply, FastifyRequest } from 'fastify';
import { stat } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { codeOf } from './sandboxError.mts';
import type { ServiceContext } from './service.mts';
import type { Choice } from './settings.mts';

/** The setting of every service that delivers files; the services document neither ranges nor ETags. */
export const ranges: Choice = {
	label: 'Ranges of downloads',
	help: 'Whether a download can continue where it stopped, or be split. Not documented.',
	values: {
		supported: 'As on most file servers and CDNs.',
		weakEtag: 'Supported, but with a weak ETag, which never matches If-Range.',
		unsupported: 'The Range header is ignored: the response is always the whole file.',
	},
	default: 'supported',
};

/** A part of a file, in bytes; both ends are included. */
export interface ByteRange {
	start: number;
	end: number;
}

/** Identifies the bytes of a response (RFC 9110, 8.8). */
interface Validators {
	etag: string;
	/** An HTTP date. */
	lastModified: string;
}

/** A request that {@link sendBlob} rejects; the service formats it in its own shape. */
export class BlobError extends Error {
	constructor(
		readonly statusCode: 404 | 412 | 416,
		readonly headers: Readonly<Record<string, string>> = {},
	) {
		super(STATUS_CODES[statusCode]);
	}
}

/**
 * Sends stored bytes: HEAD, conditional requests and single ranges (RFC 9110, 13 and 14). A blob never changes, so its
 * ID is a strong ETag. The service sets the content type and all other headers.
 * @throws {BlobError} if the blob does not exist, a precondition fails, or the range is outside of the file
 */
export async function sendBlob(
	reply: FastifyReply,
	blob: string,
	{ blobs, settings }: Pick<ServiceContext, 'blobs' | 'settings'>,
	{ revalidates = true }: { revalidates?: boolean } = {},
): Promise<FastifyReply> {
	const { request } = reply;
	const { size, mtime } = await stat(blobs.path(blob)).catch((error: unknown) => {
		throw codeOf(error) === 'ENOENT' ? new BlobError(404) : error;
	});
	const mode = settings.get('ranges');
	const etag = mode === 'weakEtag' ? `W/"${blob}"` : `"${blob}"`;
	const validators = { etag, lastModified: mtime.toUTCString() };
	reply.headers({ etag, 'last-modified': validators.lastModified });
	if (revalidates) {
		if (failsPrecondition(request, validators)) throw new BlobError(412);
		if (isNotModified(request, validators)) {
			return reply.code(304).removeHeader('content-type').send();
		}
	}
	if (mode !== 'unsupported') reply.header('accept-ranges', 'bytes');
	const range = mode === 'unsupported' ? undefined : requestedRange(request, validators, size);
	if (range === 'unsatisfiable') throw new BlobError(416, { 'content-range': `bytes */${size}` });
	if (range) {
		reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
	}
	const length = range ? range.end - range.start + 1 : size;
	reply.header('content-length', length);
	const isEmpty = request.method === 'HEAD' || length === 0;
	return reply.send(isEmpty ? Readable.from([]) : blobs.read(blob, range));
}

/** Returns the range to send; `undefined` stands for the whole file. */
function requestedRange(
	{ method, headers }: FastifyRequest,
	validators: Validators,
	size: number,
): ByteRange | 'unsatisfiable' | undefined {
	// RFC 9110, 14.2: Range is defined for GET only.
	if (method !== 'GET' || !isCurrent(headers['if-range'], validators)) return undefined;
	return parseRange(headers.range, size);
}

/**
 * Parses a Range header for a file of `size` bytes. Returns `undefined`, which stands for the whole file, if the header
 * is absent or invalid or contains several ranges, which a server may ignore (RFC 9110, 14.2).
 */
export function parseRange(
	header: string | undefined,
	size: number,
): ByteRange | 'unsatisfiable' | undefined {
	const [, first, last] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '') ?? [];
	if (first === undefined || (first === '' && last === '')) return undefined;
	if (first === '') {
		const length = Math.min(Number(last), size);
		return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
	}
	const start = Number(first);
	if (last !== '' && Number(last) < start) return undefined;
	if (start >= size) return 'unsatisfiable';
	return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

/** Whether an If-Range header is absent or names the current version: a strong ETag or the exact date (RFC 9110, 13.1.5). */
function isCurrent(header: string | string[] | undefined, validators: Validators): boolean {
	if (header === undefined) return true;
	const wanted = String(header).trim();
	if (!wanted.includes('"')) return wanted === validators.lastModified;
	return wanted === validators.etag && !wanted.startsWith('W/');
}

/** If-Match and If-Unmodified-Since (RFC 9110, 13.1.1 and 13.1.4). */
function failsPrecondition({ headers }: FastifyRequest, { etag, lastModified }: Validators) {
	const match = headers['if-match'];
	if (match !== undefined) {
		return match !== '*' && (etag.startsWith('W/') || !tagsOf(match).includes(etag));
	}
	const since = Date.parse(headers['if-unmodified-since'] ?? '');
	return Date.parse(lastModified) > since;
}

/** If-None-Match and If-Modified-Since (RFC 9110, 13.1.2 and 13.1.3). */
function isNotModified({ headers }: FastifyRequest, { etag, lastModified }: Validators): boolean {
	const noneMatch = headers['if-none-match'];
	if (noneMatch !== undefined) {
		const tags = tagsOf(noneMatch).map((tag) => tag.replace(/^W\//, ''));
		return noneMatch === '*' || tags.includes(etag.replace(/^W\//, ''));
	}
	return Date.parse(lastModified) <= Date.parse(headers['if-modified-since'] ?? '');
}

const tagsOf = (header: string): string[] => header.match(/(?:W\/)?"[^"]*"/g) ?? [];
