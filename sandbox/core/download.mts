import { create } from 'content-disposition';
import type { FastifyReply } from 'fastify';
import { sendBlob } from './sendBlob.mts';
import type { ServiceContext } from './service.mts';

/** A stored file that can be downloaded. */
export interface Downloadable {
	/** The ID of the stored bytes. */
	blob: string;
	name: string;
	/** Media type. */
	type: string;
}

/** Sends the file as an attachment; see {@link sendBlob}. */
export async function download(
	reply: FastifyReply,
	context: Pick<ServiceContext, 'blobs' | 'settings'>,
	file: Downloadable,
): Promise<FastifyReply> {
	reply.type(file.type).headers({
		'content-disposition': create(file.name),
		// The uploader chose the type; a browser must not guess another one from the content.
		'x-content-type-options': 'nosniff',
		'cache-control': 'private, no-store',
	});
	return await sendBlob(reply, file.blob, context);
}
