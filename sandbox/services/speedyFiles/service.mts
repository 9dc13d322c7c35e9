import { ranges } from '../../core/sendBlob.mts';
import type { Service } from '../../core/service.mts';
import { apiRoutes } from './api.mts';
import { collections, controlRoutes } from './control.mts';
import { docsRoutes } from './docsRoutes.mts';
import { errorBody } from './error.mts';
import { watchExpiry } from './expiry.mts';
import { openInstance } from './instance.mts';
import { publicRoutes } from './publicRoutes.mts';
import { sendPlainJsonType } from './responses.mts';
import { decodePath, fallback, redirectToSetup } from './routing.mts';
import { document } from './schemas.mts';
import { urlSafeToken } from './tokens.mts';
import { storageError, storageRoutes } from './storageRoutes.mts';

/**
 * SpeedyFiles: packages of files for one recipient, who receives a magic link. It is self-hosted, so one origin serves
 * the API, the recipients' pages and the administration. Sources of the facts: SpeedyFiles docs
 * (https://speedyfiles.app/docs/, https://speedyfiles.app/api/) and SpeedyFiles source (github bokelleher/speedyfiles,
 * v0.1.0); where they disagree, the source takes precedence, because clients use the running code.
 */
export const speedyFiles: Service = {
	name: 'SpeedyFiles',
	origins: {
		instance: {
			label: 'Instance: API under /api/v1, magic links under /p',
			document,
			// The real instance has no limit. JSON bodies are small; files are streamed.
			bodyLimit: 16 * 1024 * 1024,
			rewriteUrl: decodePath,
		},
		storage: {
			label: 'S3 storage: presigned downloads',
			rejectsAuthorization: true,
			error: storageError,
		},
	},
	settings: {
		instance: {
			label: 'Instance',
			help: 'Until the instance is set up, all paths (including the API) redirect to /setup.',
			values: ['ready', 'notSetUp'],
			default: 'ready',
		},
		storage: {
			label: 'Storage of new packages',
			help: 'Downloads from an S3 package redirect to a presigned URL, and there is no ZIP.',
			values: ['local', 's3'],
			default: 'local',
		},
		inboundLink: {
			label: 'Link of an inbound package',
			help: 'According to the docs, the recipient receives it by email. The actual API neither emails nor returns it.',
			values: ['unsent', 'mailed'],
			default: 'unsent',
		},
		events: {
			label: 'Events',
			help: 'The docs list package.created and package.expired, but the source never sends them.',
			values: ['source', 'documented'],
			default: 'source',
		},
		smtp: {
			label: 'Mail server',
			help: 'Finalizing succeeds even if the email cannot be sent.',
			values: ['working', 'broken'],
			default: 'working',
		},
		ranges,
	},
	// SpeedyFiles docs, Webhooks: one attempt within the API call, 8 seconds, no retry.
	delivery: { retryAfterSeconds: [], timeoutSeconds: 8 },
	makeSecrets: () => ({
		apiToken: `sf_${urlSafeToken(32)}`,
		webhookSecret: `whsec_${urlSafeToken(32)}`,
	}),
	credentials: (origins, { apiToken, webhookSecret }) => ({
		baseUrl: origins.instance,
		apiToken,
		webhookSecret,
	}),
	error: errorBody,
	pages: [{ label: 'Webhooks of this instance', origin: 'instance', path: '/admin/webhooks' }],
	async open(context) {
		const instance = await openInstance(context);
		const { packages, webhooks } = instance;
		for (const one of packages.all()) watchExpiry(instance, one);
		return {
			routes: {
				instance: async (app) => {
					sendPlainJsonType(app);
					redirectToSetup(app, instance);
					fallback(app);
					await app.register((scope, _options, done) => {
						apiRoutes(scope, instance);
						done();
					});
					await app.register(docsRoutes);
					await app.register(async (scope) => await publicRoutes(scope, instance));
				},
				storage: (app) => storageRoutes(app, instance),
			},
			onAttempt: (delivery) => webhooks.attempted(delivery),
			control: (app) => controlRoutes(app, instance),
			collections: collections(instance),
		};
	},
};
