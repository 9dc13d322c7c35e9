import { randomBytes } from 'node:crypto';
import { ranges } from '../../core/sendBlob.mts';
import type { Service } from '../../core/service.mts';
import { apiRoutes } from './api.mts';
import { errorBody } from './error.mts';
import { fileRoutes } from './files.mts';
import { document } from './schemas.mts';
import { Sessions } from './sessions.mts';
import { uploadPageRoutes } from './uploadPage.mts';

const hex = (digits: number): string => randomBytes(digits / 2).toString('hex');

/**
 * FileCourier: request documents from a person, who uploads them on a web page; a signed webhook delivers them. Source
 * of all facts: FileCourier docs (https://www.filecourier.io/docs.html); where they are silent or contradict each
 * other, a comment states the decision.
 */
export const fileCourier: Service = {
	name: 'FileCourier',
	origins: {
		api: { label: 'API (api.filecourier.io)', document },
		secure: { label: "Recipient's upload page (secure.filecourier.io)" },
		files: { label: 'Presigned downloads (files.filecourier.io)', rejectsAuthorization: true },
	},
	settings: {
		requiredFields: {
			label: 'Required fields',
			help: 'Which fields a new session must have. The reference and the examples differ.',
			values: {
				table: 'Requestor, recipient, subject, message and callback, as in the reference.',
				examples: 'Only the recipient, as in the shortest example.',
			},
			default: 'table',
		},
		recipientForm: {
			label: 'Recipient',
			help: 'The reference and the examples differ.',
			values: {
				either: 'Both forms are accepted. If both are sent, they must match.',
				flat: 'recipient_email, as in the reference.',
				nested: 'recipient.email, as in the examples.',
			},
			default: 'either',
		},
		callbackField: {
			label: 'Callback',
			help: 'The reference and the examples differ.',
			values: {
				either: 'Both names are accepted. If both are sent, callback_url is used.',
				callback_url: 'Only the name in the reference.',
				webhook_url: 'Only the name in the examples.',
			},
			default: 'either',
		},
		expiryField: {
			label: 'Expiry',
			help: 'The reference and the examples differ.',
			values: {
				either: 'Both names are accepted. If both are sent, expires_at is used.',
				expires_at: 'Only the name in the reference.',
				expires_in_days: 'Only the name in the examples.',
			},
			default: 'either',
		},
		callbackAuthorization: {
			label: 'Callback API key',
			help: 'The docs say “in the Authorization header” without naming a scheme.',
			values: { bearer: 'Authorization: Bearer <key>', bare: 'Authorization: <key>' },
			default: 'bearer',
		},
		ranges,
	},
	delivery: {
		// FileCourier docs, Retry Policy: 1 min, 5 min, 30 min, 2 h, 24 h, each after the previous attempt.
		retryAfterSeconds: [60, 300, 1800, 7200, 86_400],
		// Not documented.
		timeoutSeconds: 30,
	},
	// The formats of the docs' example (Authentication), which does not show the webhook secret.
	makeSecrets: () => ({
		clientId: `fc_${hex(32)}`,
		clientSecret: `fcs_${hex(42)}`,
		webhookSecret: `fcwh_${hex(48)}`,
	}),
	credentials: (origins, { clientId, clientSecret, webhookSecret }) => ({
		baseUrl: origins.api,
		clientId,
		clientSecret,
		webhookSecret,
	}),
	error: errorBody,
	async open(context) {
		const sessions = await Sessions.open(context);
		return {
			routes: {
				api: (app) => apiRoutes(app, context, sessions),
				secure: (app) => uploadPageRoutes(app, context, sessions),
				files: (app) => fileRoutes(app, context, sessions),
			},
			onAttempt: (delivery) => sessions.delivered(delivery),
			collections: { sessions: () => sessions.masked() },
		};
	},
};
