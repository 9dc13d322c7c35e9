import type { FastifyReply } from 'fastify';
import { SEND_OPTIONS } from '../../core/blobs.mts';
import { attachment, inline } from '../../core/contentDisposition.mts';
import type { StoredFile } from './files.mts';

export interface DownloadOptions {
	/** `dl=true`: a browser saves it instead of showing it. */
	download?: boolean;
	/** The `cache` parameter: `false`, or `expiry:<seconds>` in a CDN path. */
	cache?: string;
}

/** How long the CDN lets others keep a file, in seconds; the sandbox's choice. */
const CACHE_SECONDS = 30 * 86_400;

/** The file with its name and type; HEAD, ranges and ETags are the file server's work. */
export function sendFile(
	reply: FastifyReply,
	file: StoredFile,
	{ download = false, cache }: DownloadOptions,
): FastifyReply {
	const seconds = /^expiry:(\d{1,9})$/.exec(cache ?? '')?.[1] ?? CACHE_SECONDS;
	return reply
		.type(file.mimetype)
		.headers({
			'content-disposition': download ? attachment(file.filename) : inline(file.filename),
			'cache-control': cache === 'false' ? 'no-cache' : `public, max-age=${seconds}`,
			// The type is the uploader's word; a browser must not look for another one in the bytes.
			'x-content-type-options': 'nosniff',
		})
		.sendFile(file.blob, SEND_OPTIONS);
}
