import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RateLimiter } from '../../core/rateLimiter.mts';
import { timingSafeEqualStrings } from '../../core/timingSafeEqual.mts';
import type { ServiceContext } from '../../core/service.mts';
import { errorBody, faultReset, FilesAppError, tooManyRequests } from './error.mts';

/** Files App docs, Rate Limits: requests per hour. */
const PLANS: Readonly<Record<string, number>> = { free: 100, pro: 1000, team: 10_000 };

/** Checks every API request: HTTPS, the rate limit and the key. */
export function addAuthGuard(app: FastifyInstance, context: ServiceContext): void {
	const limiter = new RateLimiter(context.clock, 3600);
	app.addHook('onRequest', async (request, reply) => {
		if (!isLoopback(request)) throw new FilesAppError(403, 'API requests must be made over HTTPS');
		const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
		const isKnown = given !== undefined && timingSafeEqualStrings(given, context.secrets.apiKey);
		const limit = context.settings.number('requestsPerHour') || PLANS[context.settings.get('plan')];
		// Limits are per key; requests without a valid key share one limit.
		const window = limiter.count(isKnown ? 'key' : 'none', limit);
		reply.headers(limitHeaders(limit, window.remaining, window.resetAt));
		if (window.exceeded) throw new FilesAppError(429, tooManyRequests(window.resetAt));
		if (isKnown) return undefined;
		// Files App docs: the table of codes has `unauthorized`, the example of an invalid key has `invalid_api_key`.
		const { error } = errorBody(401);
		const message = 'The API key provided is invalid or has been revoked.';
		const wrong = { code: 'invalid_api_key', message };
		return await reply.code(401).send({ error: given === undefined ? error : wrong });
	});
}

/** Returns the headers of a 429 created by a fault. */
export function faultHeaders(status: number, now: Date): Record<string, string> {
	if (status !== 429) return {};
	return limitHeaders(PLANS.free, 0, faultReset(now));
}

/** Files App docs, Rate Limits: in every response; the reset is a Unix timestamp. */
function limitHeaders(limit: number, remaining: number, resetAt: Date): Record<string, string> {
	return {
		'x-ratelimit-limit': String(limit),
		'x-ratelimit-remaining': String(remaining),
		'x-ratelimit-reset': String(resetAt.getTime() / 1000),
	};
}

/** Files App docs, Base URL: plain HTTP is rejected. Requests from this machine are the only exception. */
function isLoopback({ socket, hostname }: FastifyRequest): boolean {
	const local = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;
	return local.test(hostname) && local.test((socket.localAddress ?? '').replace('::ffff:', ''));
}
