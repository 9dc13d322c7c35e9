import type { FastifyError, FastifyInstance } from 'fastify';
import { TooLargeError } from './blobs.mts';
import { FormError } from './form.mts';
import { isClientDisconnect } from './sandboxError.mts';
import type { ServiceError } from './service.mts';

export interface ApiErrors {
	/** The service's error shape. */
	error: ServiceError;
	/** The status for a request body of an unsupported type. */
	unsupportedType: 400 | 415;
	/** The message for an unknown path; by default the usual one for 404. */
	unknownPath?: string;
}

/** Formats the errors of an API's routes, the HTTP library, the form parser and the disk in the service's own shape. */
export function addErrorHandlers(app: FastifyInstance, api: ApiErrors): void {
	app.setErrorHandler(async (problem: FastifyError, _request, reply) => {
		const { status, message } = toResponse(problem, api.unsupportedType);
		if (status >= 500) throw problem;
		// Drop the headers that the route has already set for a file, then add those of the error.
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
