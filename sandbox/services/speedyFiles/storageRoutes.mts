import type { FastifyInstance } from 'fastify';
import { HIDDEN } from '../../core/describeRoutes.mts';
import { bytes, each, inPath, text } from '../../core/openapi.mts';
import { sendBlob } from '../../core/sendBlob.mts';
import { BUCKET } from './download.mts';
import type { Instance } from './instance.mts';

/** S3's error codes for presigned URLs. */
const CODES: Readonly<Record<number, string>> = {
	400: 'InvalidArgument',
	403: 'AccessDenied',
	404: 'NoSuchKey',
	405: 'MethodNotAllowed',
	412: 'PreconditionFailed',
	416: 'InvalidRange',
	500: 'InternalError',
	503: 'SlowDown',
};

/** Returns an error in S3's XML format. */
export function storageError(status: number, message?: string): string {
	const code = CODES[status] ?? 'InvalidRequest';
	const text = (message ?? code).replace(/[<>&]/g, (mark) => `&#${mark.charCodeAt(0)};`);
	return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${text}</Message></Error>`;
}

/** Characters that an HTTP header cannot contain. */
const NOT_IN_HEADERS = /[^\t\x20-\x7e\x80-\xff]/;

const refused = {
	description: 'The reason',
	content: { 'application/xml': { schema: text } },
};
const schema = {
	summary: 'Download a file from a presigned URL',
	...inPath({ id: 'The ID of the package', name: 'The file’s ID, two hyphens and its name' }),
	response: {
		200: bytes('The file'),
		206: bytes('A part of the file'),
		...each([400, 403, 404, 405, 416], refused),
	},
};

/** Simulates the S3 bucket of an instance with S3 storage: presigned downloads. */
export function storageRoutes(app: FastifyInstance, instance: Instance): void {
	const { context, packages } = instance;
	app.addHook('onSend', async (_request, reply, payload) => {
		if (typeof payload === 'string' && payload.startsWith('<?xml')) reply.type('application/xml');
		return Promise.resolve(payload);
	});
	app.all('/*', HIDDEN, async (_request, reply) => {
		return await reply.code(404).send(storageError(404));
	});

	type Route = { Params: { id: string; name: string } };
	app.get<Route>(`/${BUCKET}/packages/:id/:name`, { schema }, async (request, reply) => {
		const permission = context.presigner.check(request.url, context.clock.now());
		if (permission === 'forged') {
			return await reply.code(403).send(storageError(403, 'The signature does not match.'));
		}
		if (permission === 'expired') {
			return await reply.code(403).send(storageError(403, 'Request has expired'));
		}
		const { id, name } = request.params;
		const file = packages.get(id)?.files.find((known) => name.startsWith(`${known.id}--`));
		if (!file) return await reply.code(404).send(storageError(404));
		// The URL contains the name as it is, and S3 rejects one that a header cannot contain.
		if (NOT_IN_HEADERS.test(file.name)) {
			const sentence = 'Header value cannot be represented using ISO-8859-1.';
			return await reply.code(400).send(storageError(400, sentence));
		}
		// The service sets no type in S3, so S3 returns its default (SpeedyFiles source, app/storage/s3.py).
		reply.type('binary/octet-stream');
		reply.header('content-disposition', `attachment; filename="${file.name}"`);
		return await sendBlob(reply, file.blob, context);
	});
}
