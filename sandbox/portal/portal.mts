import formbody from '@fastify/formbody';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { addPages } from '../core/pages.mts';
import { parseJson } from '../core/json.mts';
import { SandboxError } from '../core/sandboxError.mts';
import { sharedValidators } from '../core/sharedValidators.mts';
import { apiRoutes } from './api.mts';
import { pageRoutes } from './pages.mts';
import type { PortalContext } from './viewModels.mts';

/** Creates the sandbox's own website: pages and, under /api, the same functions as a JSON API. */
export async function createPortal(context: PortalContext): Promise<FastifyInstance> {
	const app = Fastify({
		...sharedValidators,
		forceCloseConnections: true,
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false, discriminator: true } },
	});

	parseJson(app);
	await app.register(formbody);
	await app.register(
		(api, _options, done) => {
			api.setErrorHandler(async (error: FastifyError, _request, reply) => {
				const { status, sentence } = toError(error);
				return await reply.code(status).send({ error: sentence });
			});
			api.setNotFoundHandler(
				async (_request, reply) =>
					await reply.code(404).send({ error: 'There is no such endpoint in the control API.' }),
			);
			apiRoutes(api, context);
			done();
		},
		{ prefix: '/api' },
	);

	await app.register(async (pages) => {
		await addPages(pages);
		pages.setErrorHandler(async (error: FastifyError, _request, reply) => {
			const { status, sentence } = toError(error);
			return await reply.code(status).viewAsync('message', {
				title: 'Something went wrong',
				text: sentence,
				editor: context.info.editor,
			});
		});
		pages.setNotFoundHandler(async (_request, reply) => {
			const text = 'The sandbox has no page at this URL.';
			return await reply
				.code(404)
				.viewAsync('message', { title: 'Page not found', text, editor: context.info.editor });
		});
		pageRoutes(pages, context);
	});
	return app;
}

function toError(error: FastifyError): { status: number; sentence: string } {
	const fallback = error instanceof SandboxError ? 400 : 500;
	return { status: error.statusCode ?? fallback, sentence: error.message };
}
