import type { FastifyInstance } from 'fastify';
import { RateLimiter } from '../../core/rateLimiter.mts';
import type { ServiceContext } from '../../core/service.mts';
import { FilestackError } from './error.mts';

/** Length of a window in seconds; not documented. */
const WINDOW_SECONDS = 60;

/** Returns the rate-limit headers (Filestack's Claude plugin); there is no Retry-After. */
function headersOf(limit: number, remaining: number, resetAt: Date): Record<string, string> {
	return {
		'filestack-limit': String(limit),
		'filestack-remaining': String(remaining),
		// Unix seconds.
		'filestack-reset': String(Math.ceil(resetAt.getTime() / 1000)),
	};
}

/** Returns the headers of a 429 created by a fault rule. */
export function faultHeaders(status: number, now: Date): Record<string, string> {
	return status === 429 ? headersOf(1000, 0, new Date(now.getTime() + 2000)) : {};
}

/**
 * Rate-limits the origins of an app together. The real upload edge may also respond with 503; use a fault rule for
 * that.
 */
export function rateLimit(context: ServiceContext): (app: FastifyInstance) => void {
	const limiter = new RateLimiter(context.clock, WINDOW_SECONDS);
	return (app) => {
		app.addHook('onRequest', async (_request, reply) => {
			const limit = context.settings.number('requestsPerMinute');
			const { remaining, resetAt, exceeded } = limiter.count('app', limit);
			reply.headers(headersOf(limit, remaining, resetAt));
			if (exceeded) throw new FilestackError(429, 'Rate limit exceeded');
			return await Promise.resolve();
		});
	};
}
