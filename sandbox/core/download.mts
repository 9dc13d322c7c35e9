import type { FastifyReply } from 'fastify';
import { SEND_OPTIONS, type Blobs } from './blobs.mts';
import { attachment } from './contentDisposition.mts';

/** A stored file that can be downloaded. */
export interface Downloadable {
	/** The ID of the stored bytes. */
	blob: string;
	name: string;
	/** Media type. */
	type: string;
}

/** Sends the file as an attachment, with support for HEAD, Range, ETag and Last-Modified. Requires @fastify/static. */
export function download(reply: FastifyReply, blobs: Blobs, file: Downloadable): FastifyReply {
	return reply
		.type(file.type)
		.headers({
			'content-disposition': attachment(file.name),
			// The uploader chose the type; a browser must not guess another one from the content.
			'x-content-type-options': 'nosniff',
			'cache-control': 'private, no-store',
		})
		.sendFile(file.blob, blobs.folder, SEND_OPTIONS);
}
