import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from './clock.mts';
import { describeRoutes, HIDDEN } from './describeRoutes.mts';
import { allowEarlyResponse } from './earlyResponse.mts';
import { addFaultHooks } from './faultHooks.mts';
import type { Fault, Faults } from './faults.mts';
import { parseJson } from './json.mts';
import { documentHead } from './openapi.mts';
import { isClientDisconnect } from './sandboxError.mts';
import type { RequestEntry, RequestLog } from './requestLog.mts';
import type { Service, ServiceError } from './service.mts';
import { sharedValidators } from './sharedValidators.mts';

declare module 'fastify' {
	interface FastifyRequest {
		/** The entry of this request in the sandbox's log; a service may add the body. */
		entry: RequestEntry;
		/** The faults that rules apply to this request. */
		faults: readonly Fault[];
	}
}

export interface OriginOptions {
	service: Service;
	serviceId: string;
	originId: string;
	clock: Clock;
	faults: Faults;
	requests: RequestLog;
	log: (line: string) => void;
}

/** Methods that HTTP clients may try on a known path; those without a route respond with 405. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/**
 * Creates the server for one origin of a service, without its routes: sandbox time in `Date`, the request log, the
 * fault rules, and all errors in the service's own shape.
 */
export function createOrigin(options: OriginOptions): FastifyInstance {
	const { service, serviceId, originId, clock, faults, requests, log } = options;
	const declared = service.origins[originId];
	const worded = declared.error ?? service.error;
	const error: ServiceError = (status, message) => worded(status, message, clock.now());
	const app = Fastify({
		...sharedValidators,
		bodyLimit: declared.bodyLimit ?? 1024 * 1024,
		forceCloseConnections: true,
		rewriteUrl: ({ url = '/' }) => declared.rewriteUrl?.(url) ?? url,
		// Presigned URLs contain file names of any length.
		routerOptions: { maxParamLength: 8192 },
		// Do not convert or drop values silently: a wrong type is an error.
		ajv: {
			customOptions: {
				coerceTypes: false,
				removeAdditional: false,
				formats: { httpUrl: isHttpUrl },
			},
		},
		frameworkErrors: ({ message }, _request, reply) => {
			reply.header('date', clock.now().toUTCString());
			void (reply as FastifyReply).code(400).send(error(400, message));
		},
		clientErrorHandler: (_error, socket) => respondToInvalidHttp(socket, error(400), clock),
	});

	describeRoutes(app, declared.document ?? documentHead(`${service.name}: ${declared.label}`, '/'));
	parseJson(app);
	allowEarlyResponse(app);
	app.decorateRequest('entry');
	app.decorateRequest('faults');
	app.addHook('onRequest', async (request, reply) => {
		reply.header('date', clock.now().toUTCString());
		request.entry = requests.add({
			at: clock.now().toISOString(),
			service: serviceId,
			origin: originId,
			method: request.method,
			path: request.url.split('?', 1)[0],
			headers: Object.keys(request.headers),
			authorized: request.headers.authorization !== undefined,
			faults: [],
		});
		return Promise.resolve();
	});
	// Before the first byte leaves, so that a client which has received the response finds its status in the log.
	app.addHook('onSend', async (request, reply, payload) => {
		request.entry.status = reply.statusCode;
		return Promise.resolve(payload);
	});
	const headers = (status: number) => service.faultHeaders?.(status, clock.now()) ?? {};
	addFaultHooks(app, { service: serviceId, origin: originId, faults, error, headers });
	if (declared.rejectsAuthorization) rejectAuthorization(app, error);

	app.setErrorHandler(async (problem: FastifyError, request, reply) => {
		if (isClientDisconnect(problem)) {
			log(
				`${service.name} ${originId}: the client hung up (${request.method} ${request.entry.path})`,
			);
			// The client has disconnected; sending a response only ends the request.
			return await reply.code(400).send(error(400));
		}
		const status = problem.statusCode ?? 500;
		// A bug in the sandbox; the response reveals no more than the real service's would.
		if (status >= 500) log(`${service.name} ${originId}: ${problem.stack ?? problem.message}`);
		// Drop the headers that the route has already set for a file, then add those of the error.
		reply.removeHeader('content-disposition').removeHeader('content-type');
		reply.headers((problem as { headers?: Record<string, string> }).headers ?? {});
		return await reply
			.code(status)
			.send(error(status, status >= 500 ? undefined : problem.message));
	});
	app.setNotFoundHandler(async (_request, reply) => await reply.code(404).send(error(404)));
	return app;
}

/** Responds with 405 and `Allow` to the methods that a path does not support. */
export function rejectOtherMethods(
	app: FastifyInstance,
	error: ServiceError,
	path: string,
	allowed: readonly (typeof METHODS)[number][],
): void {
	app.route({
		method: METHODS.filter((method) => !allowed.includes(method)),
		url: path,
		...HIDDEN,
		exposeHeadRoute: false,
		// Runs before the body is parsed, so that its type does not matter.
		onRequest: async (_request, reply) =>
			await reply.code(405).header('allow', allowed.join(', ')).send(error(405)),
		handler: () => undefined,
	});
}

function rejectAuthorization(app: FastifyInstance, error: ServiceError): void {
	app.addHook('onRequest', async (request, reply) => {
		if (request.headers.authorization === undefined) return undefined;
		return await reply
			.code(400)
			.send(
				error(400, 'Only one auth mechanism allowed: the URL is signed, leave Authorization out'),
			);
	});
}

/** Responds to data that is not valid HTTP. */
function respondToInvalidHttp(socket: Socket, error: unknown, clock: Clock): void {
	if (socket.destroyed || !socket.writable) return;
	const body = typeof error === 'string' ? error : JSON.stringify(error);
	socket.end(
		[
			`HTTP/1.1 400 ${STATUS_CODES[400]}`,
			`Date: ${clock.now().toUTCString()}`,
			`Content-Type: ${typeof error === 'string' ? 'text/plain' : 'application/json'}; charset=utf-8`,
			`Content-Length: ${Buffer.byteLength(body)}`,
			'Connection: close',
			'',
			body,
		].join('\r\n'),
	);
}

/** The `httpUrl` format of request schemas: an absolute URL of HTTP or HTTPS. */
export function isHttpUrl(value: string): boolean {
	return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
}
