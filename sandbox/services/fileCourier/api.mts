import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import { type CreateBody, missingField, readRequest, describeViolation } from './createRequest.mts';
import { errorBody } from './error.mts';
import { notifyRecipient } from './notification.mts';
import { cancel, create, getStatus } from './schemas.mts';
import type { Session, Sessions } from './sessions.mts';

const SESSIONS = '/api/ext/sessions';
const SESSION = '/api/ext/sessions/:sessionId';

/** FileCourier docs: create, get the status of and cancel a session. The status codes are not documented. */
export function apiRoutes(app: FastifyInstance, context: ServiceContext, sessions: Sessions): void {
	rejectOtherMethods(app, errorBody, SESSIONS, ['POST']);
	rejectOtherMethods(app, errorBody, SESSION, ['GET', 'DELETE']);
	// Fastify also accepts plain text; this API only accepts JSON.
	app.removeContentTypeParser('text/plain');
	app.setErrorHandler(async (error: FastifyError, _request, reply) => {
		const { status, sentence } = refusal(error);
		if (status >= 500) throw error;
		return await reply.code(status).send(errorBody(status, sentence));
	});

	void app.register((protectedRoutes, _options, done) => {
		protectedRoutes.addHook('onRequest', async (request, reply) => {
			if (hasCredentials(request, context.secrets)) return undefined;
			return await reply.code(401).send(errorBody(401));
		});
		createRoute(protectedRoutes, context, sessions);
		sessionRoutes(protectedRoutes, sessions);
		done();
	});
}

function createRoute(app: FastifyInstance, context: ServiceContext, sessions: Sessions): void {
	app.post<{ Body: CreateBody }>(SESSIONS, {
		schema: create,
		config: { validatesBody: true },
		preValidation: async (request, reply) => {
			const body: unknown = request.body;
			if (typeof body !== 'object' || body === null) return undefined;
			request.entry.body = 'callback_api_key' in body ? { ...body, callback_api_key: '***' } : body;
			const missing = missingField(body, context.settings);
			if (missing === undefined) return undefined;
			return await reply.code(400).send(errorBody(400, `${missing} is required`));
		},
		handler: async (request, reply) => {
			const wanted = readRequest(request.body, context.settings, context.clock.now());
			const session = await sessions.create(wanted);
			const sent = await notifyRecipient(session, context);
			return await reply.code(201).send({
				status: true,
				message: 'Request created successfully',
				data: {
					request_id: `req_${session.id}`,
					upload_url: `${context.origins.secure}/u/${session.id}`,
					expires_at: session.expiresAt,
					notification_sent: sent,
				},
			});
		},
	});
}

function sessionRoutes(app: FastifyInstance, sessions: Sessions): void {
	type Route = { Params: { sessionId: string } };
	const UNKNOWN = errorBody(404, 'Session not found');

	app.get<Route>(SESSION, { schema: getStatus }, async (request, reply) => {
		const session = sessions.byApiId(request.params.sessionId);
		if (!session) return await reply.code(404).send(UNKNOWN);
		return { status: true, data: statusOf(session, sessions) };
	});

	app.delete<Route>(SESSION, { schema: cancel }, async (request, reply) => {
		const session = sessions.byApiId(request.params.sessionId);
		if (!session) return await reply.code(404).send(UNKNOWN);
		const state = sessions.state(session);
		if (state !== 'pending') {
			const sentence = `Only a pending session can be cancelled; this one is ${state}`;
			return await reply.code(409).send(errorBody(409, sentence));
		}
		await sessions.cancel(session);
		return { status: true, message: 'Session cancelled successfully' };
	});
}

/** FileCourier docs, Get Session Status. The files have no URL here; only the webhook contains it. */
function statusOf(session: Session, sessions: Sessions): Record<string, unknown> {
	return {
		request_id: `req_${session.id}`,
		reference_id: session.referenceId ?? null,
		recipient_email: session.recipientEmail,
		status: sessions.state(session),
		created_at: session.createdAt,
		expires_at: session.expiresAt,
		uploaded_at: session.uploadedAt ?? null,
		delivered_at: session.deliveredAt ?? null,
		files: session.files.map(({ name, size, type }) => ({ name, size, type })),
	};
}

/** HTTP Basic with Client ID and Client Secret (FileCourier docs, Authentication). */
function hasCredentials(
	request: FastifyRequest,
	{ clientId, clientSecret }: Readonly<Record<string, string>>,
): boolean {
	const encoded = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
	if (encoded === undefined) return false;
	const given = Buffer.from(encoded, 'base64');
	const right = Buffer.from(`${clientId}:${clientSecret}`);
	return given.length === right.length && timingSafeEqual(given, right);
}

/** Translates errors of the HTTP library into the service's messages. */
function refusal(error: FastifyError): { status: number; sentence?: string } {
	if (error.validation) return { status: 400, sentence: describeViolation(error.validation[0]) };
	switch (error.code) {
		case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
			return { status: 400, sentence: 'Content-Type must be application/json' };
		case 'FST_ERR_CTP_EMPTY_JSON_BODY':
		case 'FST_ERR_CTP_INVALID_JSON_BODY':
			return { status: 400, sentence: 'The request body is not valid JSON' };
		case 'FST_ERR_CTP_BODY_TOO_LARGE':
			return { status: 413 };
		default:
			return { status: error.statusCode ?? 500, sentence: error.message };
	}
}
