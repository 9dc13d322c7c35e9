import type { FastifyError, FastifyInstance } from 'fastify';
import { TooLargeError } from './blobs.mts';
import { FormError } from './form.mts';
import { isClientDisconnect } from './sandboxError.mts';
import type { ServiceError } from './service.mts';

export interface ApiErrors {
	/** The service's error shape. */
	error: ServiceError;
	/** Status for a body of a type that is not taken. */
	unsupportedType: 400 | 415;
	/** What it says of a path that it does not know; without it, its usual words for 404. */
	unknownPath?: string;
}

/** Lets an API word in its own shape what its routes, the HTTP library, the form's parser and the disk refuse. */
export function addErrorHandlers(app: FastifyInstance, api: ApiErrors): void {
	app.setErrorHandler(async (problem: FastifyError, _request, reply) => {
		const { status, message } = toResponse(problem, api.unsupportedType);
		if (status >= 500) throw problem;
		// What the route has said of a file does not hold for the error; what the error says of itself does.
		reply.removeHeader('content-disposition').removeHeader('content-type');
		reply.headers((problem as { headers?: Record<string, string> }).headers ?? {});
		return await reply.code(status).send(api.error(status, message));
	});
	app.setNotFoundHandler(
		async (_request, reply) => await reply.code(404).send(api.error(404, api.unknownPath)),
	);
}

function toResponse(
	problem: FastifyError,
	unsupportedType: number,
): { status: number; message?: string } {
	if (problem instanceof TooLargeError) return { status: 413 };
	if (problem instanceof FormError) {
		return problem.reason === 'notMultipart'
			? { status: unsupportedType, message: 'Content-Type must be multipart/form-data' }
			: { status: 400, message: 'The multipart body is incomplete' };
	}
	if (isClientDisconnect(problem)) return { status: 400, message: 'Incomplete body' };
	switch (problem.code) {
		case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
			return { status: unsupportedType, message: 'Unsupported Content-Type' };
		case 'FST_ERR_CTP_EMPTY_JSON_BODY':
		case 'FST_ERR_CTP_INVALID_JSON_BODY':
			return { status: 400, message: 'The request body is not valid JSON' };
		case 'FST_ERR_CTP_BODY_TOO_LARGE':
			return { status: 413, message: 'The request body is too large' };
		default:
			return { status: problem.statusCode ?? 500, message: problem.message };
	}
}
