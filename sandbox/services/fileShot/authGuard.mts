import type { FastifyInstance } from 'fastify';
import { RateLimiter } from '../../core/rateLimiter.mts';
import { timingSafeEqualStrings } from '../../core/timingSafeEqual.mts';
import type { ServiceContext } from '../../core/service.mts';
import { FileShotError } from './error.mts';
import { currentTier } from './tiers.mts';

declare module 'fastify' {
	interface FastifyContextConfig {
		/** The API profile that includes this call; by default both do. */
		dialect?: 'documented' | 'desktop';
		/** Allows access without a key, to public files only. */
		access?: 'public';
		/** Whether the request counts as an upload. */
		isUpload?: boolean;
	}
	interface FastifyRequest {
		/** Whether the request contains the account's key. */
		isOwner: boolean;
	}
}

/** Checks every API request: the API profile, the key, the tier and the rate limits. */
export function addAuthGuard(
	app: FastifyInstance,
	{ clock, secrets, settings }: ServiceContext,
): void {
	const calls = new RateLimiter(clock, 60);
	const uploads = new RateLimiter(clock, 3600);
	app.decorateRequest('isOwner', false);
	app.addHook('onRequest', async (request) => {
		const { dialect, access, isUpload } = request.routeOptions.config;
		const spoken = settings.get('dialect');
		if (dialect !== undefined && spoken !== 'both' && dialect !== spoken) {
			throw new FileShotError(404, 'Not found');
		}
		const { authorization } = request.headers;
		const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
		if (given === undefined && authorization === undefined && access === 'public') return;
		if (given === undefined || !timingSafeEqualStrings(given, secrets.apiKey))
			throw new FileShotError(401);
		request.isOwner = true;
		const tier = currentTier(settings);
		if (!tier.hasApi && access !== 'public') throw new FileShotError(403);
		// The docs name no headers for a 429.
		if (calls.count('key', tier.callsPerMinute).exceeded) throw new FileShotError(429);
		if (isUpload && uploads.count('key', tier.uploadsPerHour).exceeded)
			throw new FileShotError(429);
		return Promise.resolve();
	});
}
