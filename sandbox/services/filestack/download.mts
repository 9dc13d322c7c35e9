import { create } from 'content-disposition';
import type { FastifyReply } from 'fastify';
import { sendBlob } from '../../core/sendBlob.mts';
import type { StoredFile } from './files.mts';
import type { Instance } from './instance.mts';

export interface DownloadOptions {
	/** `dl=true`: the browser saves the file instead of displaying it. */
	download?: boolean;
	/** The `cache` parameter: `false`, or `expiry:<seconds>` in a CDN path. */
	cache?: string;
}

/** The CDN's cache lifetime in seconds; not documented. */
const CACHE_SECONDS = 30 * 86_400;

/** Sends the file with its name and type; see {@link sendBlob}. */
export async function sendFile(
	reply: FastifyReply,
	file: StoredFile,
	{ context }: Instance,
	{ download = false, cache }: DownloadOptions,
): Promise<FastifyReply> {
	const seconds = /^expiry:(\d{1,9})$/.exec(cache ?? '')?.[1] ?? CACHE_SECONDS;
	reply.type(file.mimetype).headers({
		'content-disposition': create(file.filename, { type: download ? 'attachment' : 'inline' }),
		'cache-control': cache === 'false' ? 'no-cache' : `public, max-age=${seconds}`,
		// The uploader chose the type; a browser must not guess another one from the content.
		'x-content-type-options': 'nosniff',
	});
	return await sendBlob(reply, file.blob, context);
}
