import { ranges } from '../../core/sendBlob.mts';
import type { Service } from '../../core/service.mts';
import { apiRoutes } from './api.mts';
import { collections, controlRoutes } from './control.mts';
import { docsRoutes } from './docsRoutes.mts';
import { errorBody } from './error.mts';
import { scheduleExpiry } from './expiry.mts';
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
			help: 'Whether an administrator has set up the instance.',
			values: {
				ready: 'The instance is set up.',
				notSetUp: 'All paths, including the API, redirect to /setup.',
			},
			default: 'ready',
		},
		storage: {
			label: 'Storage of new packages',
			help: 'Where the instance stores files.',
			values: {
				local: 'On its disk: downloads are responses of the instance.',
				s3: 'In S3: downloads redirect to a presigned URL, and there is no ZIP.',
			},
			default: 'local',
		},
		inboundLink: {
			label: 'Link of an inbound package',
			help: 'The docs and the source differ.',
			values: {
				unsent: 'The API neither sends nor returns it, as in the source.',
				mailed: 'The recipient receives it by email, as in the docs.',
			},
			default: 'unsent',
		},
		events: {
			label: 'Events',
			help: 'The docs and the source differ.',
			values: {
				source: 'Those that the source sends.',
				documented: 'Also package.created and package.expired, which only the docs list.',
			},
			default: 'source',
		},
		smtp: {
			label: 'Mail server',
			help: 'Finalizing succeeds even if the email cannot be sent.',
			values: { working: 'Emails are sent.', broken: 'Emails cannot be sent.' },
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
	credentialLabels: { baseUrl: 'Instance URL' },
	error: errorBody,
	pages: [{ label: 'Webhooks of this instance', origin: 'instance', path: '/admin/webhooks' }],
	async open(context) {
		const instance = await openInstance(context);
		const { packages, webhooks } = instance;
		for (const one of packages.all()) scheduleExpiry(instance, one);
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
