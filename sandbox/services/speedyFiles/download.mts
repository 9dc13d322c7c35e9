import type { FastifyReply } from 'fastify';
import { BlobError, sendBlob } from '../../core/sendBlob.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Package, PackageFile } from './packages.mts';

/** SpeedyFiles docs, Storage: a presigned download works for 15 minutes. */
const PRESIGNED_MS = 15 * 60_000;

/** The bucket on the storage origin. */
export const BUCKET = 'speedyfiles';

/** The name in UTF-8 only, without an ASCII fallback (SpeedyFiles source, app/routes/public.py); slashes are kept. */
export function contentDisposition(name: string): string {
	const quoted = encodeURIComponent(name)
		.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
		.replaceAll('%2F', '/');
	return `attachment; filename*=UTF-8''${quoted}`;
}

/**
 * Formats the Content-Type like Starlette: adds the charset to text. Types that are not valid in a header become
 * octet-stream.
 */
function contentType(type: string | null): string {
	if (type === null || !/^[\x21-\x7e][\x20-\x7e]*$/.test(type)) return 'application/octet-stream';
	return type.startsWith('text/') && !type.includes('charset=') ? `${type}; charset=utf-8` : type;
}

/** Returns a name that is valid on a file system (SpeedyFiles source, app/utils.py). */
export function sanitized(name: string): string {
	const last = name.replaceAll('\\', '/').split('/').at(-1) ?? '';
	const plain = last.replace(/[^A-Za-z0-9._-]/gu, '_').replace(/^\.+|\.+$/g, '');
	return (plain || 'file').slice(0, 200);
}

/**
 * Sends a file from local storage like Starlette's FileResponse (starlette 0.41, responses.py): with ranges and If-Range,
 * but without 304, and with an empty 416 whose Content-Range lacks the unit.
 */
export async function sendFile(
	reply: FastifyReply,
	file: PackageFile,
	context: ServiceContext,
): Promise<FastifyReply> {
	reply.type(contentType(file.type)).header('content-disposition', contentDisposition(file.name));
	try {
		return await sendBlob(reply, file.blob, context, { revalidates: false });
	} catch (error) {
		if (!(error instanceof BlobError && error.statusCode === 416)) throw error;
		return reply
			.code(416)
			.removeHeader('content-disposition')
			.header('content-range', error.headers['content-range'].replace('bytes ', ''))
			.type('text/plain; charset=utf-8')
			.send('');
	}
}

/** Returns a presigned URL of the storage origin, valid for 15 minutes. */
export function presignedUrl(
	{ id }: Package,
	file: PackageFile,
	{ clock, origins, presigner }: ServiceContext,
): string {
	const url = `${origins.storage}/${BUCKET}/packages/${id}/${file.id}--${sanitized(file.name)}`;
	return presigner.sign(url, new Date(clock.now().getTime() + PRESIGNED_MS));
}
