import { randomBytes } from 'node:crypto';
import type { Service } from '../../core/service.mts';
import { openAccount } from './account.mts';
import { apiRoutes } from './api.mts';
import { cdnRoutes } from './cdn.mts';
import { controlRoutes } from './control.mts';
import { errorBody } from './error.mts';
import { document } from './schemas.mts';
import { settings } from './settings.mts';
import { sharePageRoutes } from './sharePage.mts';

/**
 * FileShot: upload files and share links. Sources of all facts: FileShot docs (https://fileshot.io/api-docs) and, where
 * FileShot's own programs differ, github.com/FileShot/fileshot-desktop; where both are silent, a comment states the
 * decision.
 */
export const fileShot: Service = {
	name: 'FileShot',
	origins: {
		api: { label: 'API (api.fileshot.io)', document },
		share: { label: 'Share links (fileshot.io)' },
		cdn: { label: 'Downloads (a CDN)', rejectsAuthorization: true },
	},
	settings,
	// FileShot has no webhooks.
	delivery: { retryAfterSeconds: [], timeoutSeconds: 30 },
	// The format of a key is not documented.
	makeSecrets: () => ({ apiKey: `fs_${randomBytes(24).toString('hex')}` }),
	credentials: (origins, { apiKey }) => ({
		baseUrl: origins.api,
		linkBaseUrl: origins.share,
		apiKey,
	}),
	error: errorBody,
	async open(context) {
		const account = await openAccount(context);
		const { files, uploads, folders } = account;
		return {
			routes: {
				api: async (app) => {
					await app.register((api) => apiRoutes(api, context, account), { prefix: '/api' });
				},
				share: (app) => sharePageRoutes(app, context, files),
				cdn: (app) => cdnRoutes(app, context, files),
			},
			control: (app) => controlRoutes(app, context, files),
			collections: {
				files: () => files.masked(),
				uploads: () => uploads.masked(),
				folders: () => folders.all(),
			},
		};
	},
};
