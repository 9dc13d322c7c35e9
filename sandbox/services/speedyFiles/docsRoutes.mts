import fastifySwagger, { type StaticDocumentSpec } from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { openapi } from './openapi.mts';
import { API, NO_HEAD } from './paths.mts';

/** SpeedyFiles docs, REST API: every instance serves its OpenAPI document and two pages that display it. */
export async function docsRoutes(app: FastifyInstance): Promise<void> {
	// The plugin's types only support OpenAPI 3.0.
	const document = openapi as unknown as StaticDocumentSpec['document'];
	await app.register(fastifySwagger, { mode: 'static', specification: { document } });
	await app.register(fastifySwaggerUi, { routePrefix: `${API}/docs` });
	app.get(`${API}/openapi.json`, NO_HEAD, () => openapi);
}

/** The OpenAPI document as a simple page; the real instance uses ReDoc, which loads its script from another host. */
export function redocRoute(app: FastifyInstance): void {
	const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({
			method: method.toUpperCase(),
			path: API + path,
			summary: operation.summary,
			answers: Object.entries(operation.responses as Record<string, { description: string }>),
		})),
	);
	app.get(`${API}/redoc`, NO_HEAD, async (_request, reply) => {
		return await reply.viewAsync('speedyFiles/reference', { info: openapi.info, operations });
	});
}
