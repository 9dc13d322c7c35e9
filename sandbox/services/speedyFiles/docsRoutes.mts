import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { documentOf, HIDDEN } from '../../core/describeRoutes.mts';
import { API, NO_HEAD } from './paths.mts';

/** The real document does not list the routes that show it. */
const UNLISTED = { ...NO_HEAD, ...HIDDEN };

/** SpeedyFiles docs, REST API: every instance serves its OpenAPI document and two pages that display it. */
export async function docsRoutes(app: FastifyInstance): Promise<void> {
	await app.register(fastifySwaggerUi, { routePrefix: `${API}/docs` });
	app.get(`${API}/openapi.json`, UNLISTED, () => documentOf(app));
}

/** The OpenAPI document as a simple page; the real instance uses ReDoc, which loads its script from another host. */
export function redocRoute(app: FastifyInstance): void {
	app.get(`${API}/redoc`, UNLISTED, async (_request, reply) => {
		const { info, paths } = documentOf(app);
		const operations = Object.entries(paths).flatMap(([path, methods]) =>
			Object.entries(methods).map(([method, { summary, responses }]) => ({
				method: method.toUpperCase(),
				path: API + path,
				summary,
				answers: Object.entries(responses),
			})),
		);
		return await reply.viewAsync('speedyFiles/reference', { info, operations });
	});
}
