import type { FastifyReply } from 'fastify';
import { SEND_OPTIONS, type Blobs } from './blobs.mts';
import { attachment } from './contentDisposition.mts';

/** What a download tells of a stored file. */
export interface Downloadable {
	/** The stored bytes. */
	blob: string;
	name: string;
	/** Media type. */
	type: string;
}

/** Answers with the file, to be saved: HEAD, Range, ETag and Last-Modified included. Needs @fastify/static. */
export function download(reply: FastifyReply, blobs: Blobs, file: Downloadable): FastifyReply {
	return reply
		.type(file.type)
		.headers({
			'content-disposition': attachment(file.name),
			// The type is the uploader's word; a browser must not look for another one in the bytes.
			'x-content-type-options': 'nosniff',
			'cache-control': 'private, no-store',
		})
		.sendFile(file.blob, blobs.folder, SEND_OPTIONS);
}
