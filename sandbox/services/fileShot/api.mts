import fastifyStatic from '@fastify/static';
import type { FastifyError, FastifyInstance } from 'fastify';
import { TooLarge } from '../../core/blobs.mts';
import { FormRefused, takeForms } from '../../core/form.mts';
import { codeOf } from '../../core/problem.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import { accountRoutes } from './accountRoutes.mts';
import { chunkRoutes } from './chunkRoutes.mts';
import { errorBody } from './error.mts';
import { fileRoutes } from './fileRoutes.mts';
import { addGate } from './gate.mts';
import { uploadRoute } from './uploadRoute.mts';

/** Everything below /api (FileShot docs, FileShot API). */
export async function apiRoutes(
	app: FastifyInstance,
	context: ServiceContext,
	account: Account,
): Promise<void> {
	// Fastify takes plain text as well; this API takes JSON, forms and raw chunks.
	app.removeContentTypeParser('text/plain');
	app.addContentTypeParser('application/octet-stream', (_request, payload, done) =>
		done(null, payload),
	);
	// Some clients announce a form where they send nothing at all: it says nothing.
	app.addContentTypeParser(
		'application/x-www-form-urlencoded',
		{ parseAs: 'string' },
		(_request, _body, done) => done(null),
	);
	await app.register(fastifyStatic, { root: context.blobs.folder, serve: false });
	await takeForms(app);
	addGate(app, context);
	app.setErrorHandler(async (error: FastifyError, _request, reply) => {
		const { status, message } = refusal(error);
		if (status >= 500) throw error;
		reply.removeHeader('content-disposition').removeHeader('content-type');
		reply.headers((error as { headers?: Record<string, string> }).headers ?? {});
		return await reply.code(status).send(errorBody(status, message));
	});
	app.setNotFoundHandler(
		async (_request, reply) => await reply.code(404).send(errorBody(404, 'Not found')),
	);

	uploadRoute(app, context, account);
	chunkRoutes(app, context, account);
	fileRoutes(app, context, account);
	accountRoutes(app, context, account);
}

/** Codes of a body that breaks off. */
const BROKEN_OFF = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'];

/** How the service words what the HTTP library, the form's parser and the disk have refused. */
function refusal(error: FastifyError): { status: number; message?: string } {
	if (error instanceof TooLarge) return { status: 413 };
	if (error instanceof FormRefused) {
		return {
			status: error.reason === 'notMultipart' ? 415 : 400,
			message:
				error.reason === 'notMultipart'
					? 'Content-Type must be multipart/form-data'
					: 'The multipart body is incomplete',
		};
	}
	if (BROKEN_OFF.includes(codeOf(error) ?? '')) return { status: 400, message: 'Incomplete body' };
	switch (error.code) {
		case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
			return { status: 415, message: 'Unsupported Content-Type' };
		case 'FST_ERR_CTP_EMPTY_JSON_BODY':
		case 'FST_ERR_CTP_INVALID_JSON_BODY':
			return { status: 400, message: 'The request body is not valid JSON' };
		case 'FST_ERR_CTP_BODY_TOO_LARGE':
			return { status: 413, message: 'The request body is too large' };
		default:
			return { status: error.statusCode ?? 500, message: error.message };
	}
}
