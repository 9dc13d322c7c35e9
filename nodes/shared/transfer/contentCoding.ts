import { type ByteStream, passedThrough } from '../files/streams';
import type { OpenedStream } from '../files/openDownload';

/** A response body with its content codings decoded, where possible. */
export interface PlainBody {
	body: ByteStream;
	/** The content codings that cannot be decoded. */
	unknown?: string;
}

/** Content codings that the platform decodes (RFC 9110, 8.4.1), under all their names. */
const FORMATS: Readonly<Record<string, 'gzip' | 'deflate'>> = {
	gzip: 'gzip',
	'x-gzip': 'gzip',
	deflate: 'deflate',
};

/**
 * Content-Encoding values that hosts send for uncompressed bytes, because object storages return the value given at
 * upload.
 */
const NO_CODING = new Set([
	'',
	'identity',
	'none',
	'binary',
	'7bit',
	'8bit',
	'utf-8',
	'utf8',
	'us-ascii',
	'iso-8859-1',
	'aws-chunked',
]);

/**
 * Decodes the response body, because a host may compress it although the request did not ask for that. n8n's HTTP
 * library decodes a single coding and removes the header, so this function only sees lists of codings, in the order in
 * which they were applied.
 */
export function plainBody({ headers, body }: OpenedStream): PlainBody {
	const codings = String(headers['content-encoding'] ?? '')
		.split(',')
		.map((coding) => coding.trim().toLowerCase())
		.filter((coding) => !NO_CODING.has(coding));
	if (codings.length === 0) return { body };
	if (codings.some((coding) => !Object.hasOwn(FORMATS, coding))) {
		return { body, unknown: codings.join(', ').slice(0, 40) };
	}
	const formats = codings.map((coding) => FORMATS[coding]).reverse();
	const decoded = passedThrough(body, (chunks) =>
		formats.reduce<AsyncIterable<Buffer>>(decompress, chunks),
	);
	return { body: decoded };
}

async function* decompress(
	chunks: AsyncIterable<Buffer>,
	format: 'gzip' | 'deflate',
): AsyncGenerator<Buffer> {
	const decoder = new DecompressionStream(format);
	for await (const chunk of ReadableStream.from(chunks).pipeThrough(decoder)) {
		yield Buffer.from(chunk as Uint8Array);
	}
}

/** Whether an error code comes from a decoder: zlib, Brotli or Zstandard in Node. */
export const isCodingFault = (code: string | undefined): boolean =>
	/^(?:Z_|ERR_?_|ERR_BROTLI|BROTLI|ZSTD)/.test(code ?? '');

const MIB = 1024 * 1024;
const MAX_SIZE_WITHOUT_LENGTH = 100 * 1024 * MIB;

/**
 * Maximum bytes of a decoded file. A compressed body grows: text compresses to about a tenth, and a body that grows a
 * hundredfold was made to fill a disk. If neither size nor length is known, a bomb cannot be told from a large file, so
 * a fixed limit applies.
 * @param size of the file, as reported by the service
 * @param length of the body, as announced by the host; an uncompressed body cannot exceed it
 */
export function largestSize(size: number | undefined, length: number | undefined): number {
	if (size !== undefined) return Math.max(100 * MIB, size, length ?? 0);
	return length === undefined ? MAX_SIZE_WITHOUT_LENGTH : Math.max(100 * MIB, 100 * length);
}
