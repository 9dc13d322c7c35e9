import { type ByteStream, passedThrough } from './measured';
import type { OpenedStream } from './open';

/** A response's body in the file's own bytes, as far as they can be had. */
export interface PlainBody {
	body: ByteStream;
	/** The codings that cannot be decoded here. */
	unknown?: string;
}

/** Codings that the platform decodes (RFC 9110, 8.4.1), by all their names. */
const FORMATS: Readonly<Record<string, 'gzip' | 'deflate'>> = {
	gzip: 'gzip',
	'x-gzip': 'gzip',
	deflate: 'deflate',
};

/** Words that hosts send in Content-Encoding although the bytes are the file: object storages repeat what an upload said. */
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
 * The body of a response without its compression, which a host may apply although none was asked for. n8n's HTTP library
 * decodes a single coding and removes the header, so that nothing tells any more whether a body came compressed; a list of
 * codings, in the order in which they were applied, is left to decode.
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
		formats.reduce<AsyncIterable<Buffer>>(decompressed, chunks),
	);
	return { body: decoded };
}

async function* decompressed(
	chunks: AsyncIterable<Buffer>,
	format: 'gzip' | 'deflate',
): AsyncGenerator<Buffer> {
	const decoder = new DecompressionStream(format);
	for await (const chunk of ReadableStream.from(chunks).pipeThrough(decoder)) {
		yield Buffer.from(chunk as Uint8Array);
	}
}

/** Whether a fault is that of a decoder: the codes of zlib, Brotli and Zstandard in Node. */
export const isCodingFault = (code: string | undefined): boolean =>
	/^(?:Z_|ERR_?_|ERR_BROTLI|BROTLI|ZSTD)/.test(code ?? '');

const MIB = 1024 * 1024;
const LARGEST_WITHOUT_LENGTH = 100 * 1024 * MIB;

/**
 * Bytes that a file may become at most. A compressed body grows; text shrinks to a tenth or so, and what grows a hundred
 * times was made to fill a disk. Without any length no limit tells such a body from a large file: this one stands in for
 * the disk's own.
 * @param size of the file, as the service says
 * @param length of the body, as the host says; a body that is not compressed ends there
 */
export function largestSize(size: number | undefined, length: number | undefined): number {
	if (size !== undefined) return Math.max(100 * MIB, size, length ?? 0);
	return length === undefined ? LARGEST_WITHOUT_LENGTH : Math.max(100 * MIB, 100 * length);
}
