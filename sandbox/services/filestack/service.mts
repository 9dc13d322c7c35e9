import type { DeliveryPolicy } from '../../core/delivery.mts';
import { documentHead } from '../../core/openapi.mts';
import type { Service } from '../../core/service.mts';
import { cdnRoutes } from './cdn.mts';
import { consoleCalls, developerRoutes } from './developer.mts';
import { cdnError, fileApiError, processError, storageError, uploadError } from './error.mts';
import { fileApiRoutes } from './fileApi.mts';
import { Files } from './files.mts';
import { faultHeaders, rateLimit } from './limits.mts';
import { multipartRoutes } from './multipart.mts';
import type { Instance } from './instance.mts';
import { processRoute } from './process.mts';
import { randomHex, randomLetters } from './randomIds.mts';
import { settings } from './settings.mts';
import { storageRoutes } from './storage.mts';
import { Uploads } from './uploads.mts';
import { Videos } from './videos.mts';
import { Webhooks } from './webhooks.mts';
import { Workflows } from './workflows.mts';

/** Filestack docs, Webhooks: receivers must respond within about 30 s; 200, 201 and 204 acknowledge. */
const ACKNOWLEDGED = { timeoutSeconds: 30, accepts: [200, 201, 204] };

/** The documented retry schedules: 5 min, 30 min, 12 h in the docs, and the five of the Claude plugin. */
const RETRIES: Readonly<Record<string, DeliveryPolicy>> = {
	docs: { ...ACKNOWLEDGED, retryAfterSeconds: [300, 1800, 43_200] },
	plugin: { ...ACKNOWLEDGED, retryAfterSeconds: [10, 60, 300, 900, 3600] },
};

/**
 * Filestack: files by handle (store, overwrite, describe, download, delete), signed policies and webhooks. Sources of
 * the facts: Filestack docs (https://www.filestack.com/docs/) and the official SDKs; where they are silent or
 * contradict each other, a comment states the decision.
 */
export const filestack: Service = {
	name: 'Filestack',
	origins: {
		api: {
			label: 'File API (www.filestackapi.com)',
			document: documentHead('Filestack File API', '/'),
		},
		cdn: {
			label: 'CDN (cdn.filestackcontent.com)',
			document: documentHead('Filestack CDN', '/'),
			error: cdnError,
		},
		upload: {
			label: 'Multipart upload (upload.filestackapi.com)',
			document: documentHead('Filestack Upload API', '/'),
			error: uploadError,
		},
		process: {
			label: 'Processing (process.filestackapi.com)',
			document: documentHead('Filestack Processing', '/'),
			error: processError,
		},
		storage: { label: 'Storage for uploaded parts', error: storageError },
		developer: { label: 'Developer Portal (dev.filestack.com)' },
	},
	settings,
	delivery: RETRIES.docs,
	// The formats are not documented.
	makeSecrets: () => ({
		apiKey: `A${randomLetters(20)}z`,
		appSecret: randomLetters(26).toUpperCase(),
		webhookSecret: randomLetters(20),
		appId: String(parseInt(randomHex(6), 16)),
		storageSecret: randomHex(64),
	}),
	credentials: (origins, { apiKey, appSecret, webhookSecret }) => ({
		baseUrl: origins.api,
		cdnBaseUrl: origins.cdn,
		uploadBaseUrl: origins.upload,
		processBaseUrl: origins.process,
		apiKey,
		appSecret,
		webhookSecret,
	}),
	error: fileApiError,
	faultHeaders,
	pages: [{ label: 'Developer Portal', origin: 'developer', path: '/' }],
	async open(context) {
		const webhooks = await Webhooks.open(context);
		const files = await Files.open(context);
		const instance: Instance = {
			context,
			files,
			videos: await Videos.open(context, files),
			uploads: await Uploads.open(context),
			webhooks,
			workflows: await Workflows.open(context, webhooks),
		};
		const limit = rateLimit(context);
		return {
			routes: {
				api: async (app) => {
					limit(app);
					await fileApiRoutes(app, instance);
				},
				cdn: (app) => {
					limit(app);
					cdnRoutes(app, instance);
				},
				upload: (app) => {
					limit(app);
					multipartRoutes(app, instance);
				},
				process: (app) => {
					limit(app);
					processRoute(app, instance);
				},
				storage: (app) => storageRoutes(app, instance),
				developer: (app) => developerRoutes(app, instance),
			},
			delivery: () => RETRIES[context.settings.get('webhookRetries')],
			control: (app) => consoleCalls(app, webhooks),
			collections: {
				files: () => instance.files.all(),
				objects: () => instance.files.objects(),
				uploads: () => instance.uploads.all(),
				jobs: () => instance.workflows.all(),
				videos: () => instance.videos.all(),
				webhooks: () => webhooks.all().map((webhook) => ({ ...webhook, secret: '***' })),
			},
		};
	},
};
