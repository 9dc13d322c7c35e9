import type { FastifyInstance } from 'fastify';
import { addErrorHandlers } from '../../core/apiErrors.mts';
import { parseForms } from '../../core/form.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import { accountRoutes } from './accountRoutes.mts';
import { chunkRoutes } from './chunkRoutes.mts';
import { errorBody } from './error.mts';
import { fileRoutes } from './fileRoutes.mts';
import { addAuthGuard } from './authGuard.mts';
import { uploadRoute } from './uploadRoute.mts';

/** All routes below /api (FileShot docs, FileShot API). */
export async function apiRoutes(
	app: FastifyInstance,
	context: ServiceContext,
	account: Account,
): Promise<void> {
	// Fastify also accepts plain text; this API accepts JSON, forms and raw chunks.
	app.removeContentTypeParser('text/plain');
	app.addContentTypeParser('application/octet-stream', (_request, payload, done) =>
		done(null, payload),
	);
	// Some clients send the Content-Type of a form with an empty body; ignore it.
	app.addContentTypeParser(
		'application/x-www-form-urlencoded',
		{ parseAs: 'string' },
		(_request, _body, done) => done(null),
	);
	await parseForms(app);
	addAuthGuard(app, context);
	addErrorHandlers(app, { error: errorBody, unsupportedType: 415, unknownPath: 'Not found' });

	uploadRoute(app, context, account);
	chunkRoutes(app, context, account);
	fileRoutes(app, context, account);
	accountRoutes(app, context, account);
}
