import { randomBytes } from 'node:crypto';
import type { Service } from '../../core/service.mts';
import { openAccount } from './account.mts';
import { apiRoutes } from './api.mts';
import { controlRoutes } from './control.mts';
import { errorBody } from './error.mts';
import { faultHeaders } from './authGuard.mts';
import { document } from './schemas.mts';
import { settings } from './settings.mts';
import { sharePageRoutes } from './sharePage.mts';

/**
 * Files App: upload, store, share and sync files. Source of all facts: Files App docs (https://files-app.com/api);
 * where they are silent or contradict each other, a comment states the decision.
 */
export const filesApp: Service = {
	name: 'Files App',
	origins: { api: { label: 'API and share links (files-app.com)', document } },
	settings,
	// Files App has no webhooks.
	delivery: { retryAfterSeconds: [], timeoutSeconds: 30 },
	// The prefix of the docs' examples.
	makeSecrets: () => ({ apiKey: `sk_live_${randomBytes(16).toString('hex')}` }),
	credentials: (origins, { apiKey }) => ({ baseUrl: `${origins.api}/api/v2`, apiKey }),
	error: errorBody,
	faultHeaders,
	async open(context) {
		const account = await openAccount(context);
		const { files, changes, uploads, shares } = account;
		return {
			routes: {
				api: async (app) => {
					await app.register((api) => apiRoutes(api, context, account), { prefix: '/api/v2' });
					await app.register((pages) => sharePageRoutes(pages, context, account));
				},
			},
			control: (app) => controlRoutes(app, files),
			collections: {
				files: () => files.all(),
				changes: () => changes.all(),
				uploads: () => uploads.all(),
				shares: () => shares.masked(),
			},
		};
	},
};
