import type { FastifyInstance } from 'fastify';
import { download } from '../../core/download.mts';
import { bytes, each, exactly, inPath, json, text } from '../../core/openapi.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import { reportedFlag, sentBlob } from './encryptedDownloads.mts';
import { errorBody, FileShotError } from './error.mts';
import type { Files, StoredFile } from './files.mts';

/** Lifetime of a CDN URL; not documented. */
const URL_LIFETIME_MS = 3_600_000;

const FILE = '/:fileId/:name';

const schema = {
	summary: 'Download a file from a presigned URL',
	...inPath({ fileId: 'The file’s ID', name: 'The file’s name' }),
	response: {
		200: bytes('The file'),
		206: bytes('A part of the file'),
		...each([400, 403, 404, 405, 416], json(exactly({ error: text }), 'The reason')),
	},
};

/** Returns the presigned URL of a download. */
export function cdnUrl(
	{ id, name }: StoredFile,
	{ clock, origins, presigner }: ServiceContext,
): string {
	// "." or ".." as a path segment would change the path.
	const shown = /^\.{0,2}$/.test(name) ? 'file' : name;
	const until = new Date(clock.now().getTime() + URL_LIFETIME_MS);
	return presigner.sign(`${origins.cdn}/${id}/${encodeURIComponent(shown)}`, until);
}

export function cdnRoutes(app: FastifyInstance, context: ServiceContext, files: Files): void {
	const { clock, presigner } = context;
	rejectOtherMethods(app, errorBody, FILE, ['GET']);
	app.get<{ Params: { fileId: string } }>(FILE, { schema }, async (request, reply) => {
		const permission = presigner.check(request.url, clock.now());
		if (permission !== 'valid') throw new FileShotError(403, `This URL is ${permission}`);
		const file = files.get(request.params.fileId);
		const blob = await sentBlob(context, file, await files.blobOf(file));
		if (request.method === 'GET' && !request.headers.range) await files.countDownload(file);
		if (reportedFlag(context, file)) reply.header('x-is-zero-knowledge', 'true');
		return await download(reply, context, { ...file, blob });
	});
}
