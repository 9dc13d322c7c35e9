import type { FastifyInstance } from 'fastify';
import { addErrorHandlers } from '../../core/apiErrors.mts';
import { parseForms } from '../../core/form.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import { chunkRoutes } from './chunkRoutes.mts';
import { errorBody } from './error.mts';
import { fileRoutes } from './fileRoutes.mts';
import { addAuthGuard } from './authGuard.mts';
import { shareRoutes } from './shareRoutes.mts';
import { syncRoutes } from './syncRoutes.mts';
import { uploadRoute } from './uploadRoute.mts';

/** All routes below /api/v2 (Files App docs, API Reference). */
export async function apiRoutes(
	app: FastifyInstance,
	context: ServiceContext,
	account: Account,
): Promise<void> {
	// Fastify also accepts plain text; this API accepts JSON and forms.
	app.removeContentTypeParser('text/plain');
	await parseForms(app);
	addAuthGuard(app, context);
	addErrorHandlers(app, { error: errorBody, unsupportedType: 400 });

	uploadRoute(app, context, account);
	chunkRoutes(app, context, account);
	fileRoutes(app, context, account);
	shareRoutes(app, context, account);
	syncRoutes(app, context, account);
}
