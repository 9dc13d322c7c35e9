import type { FastifyReply } from 'fastify';
import { SEND_OPTIONS } from '../../core/blobs.mts';
import { attachment, inline } from '../../core/contentDisposition.mts';
import type { StoredFile } from './files.mts';

export interface DownloadOptions {
	/** `dl=true`: the browser saves the file instead of displaying it. */
	download?: boolean;
	/** The `cache` parameter: `false`, or `expiry:<seconds>` in a CDN path. */
	cache?: string;
}

/** The CDN's cache lifetime in seconds; not documented. */
const CACHE_SECONDS = 30 * 86_400;

/** Sends the file with its name and type; the file server handles HEAD, ranges and ETags. */
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
			// The uploader chose the type; a browser must not guess another one from the content.
			'x-content-type-options': 'nosniff',
		})
		.sendFile(file.blob, SEND_OPTIONS);
}
