import { ranges } from '../../core/sendBlob.mts';
import type { SettingDeclarations } from '../../core/settings.mts';

/** Differences between Filestack's documentation and clients, and options of an app. */
export const settings: SettingDeclarations = {
	security: {
		label: 'Security',
		help: 'On: all requests require a policy or the app secret. Off: only overwrite, delete and EXIF do.',
		values: ['on', 'off'],
		default: 'on',
	},
	uploadBody: {
		label: 'Body of store and overwrite',
		help: 'The docs show raw bytes and a form with url. Older docs and SDKs send multipart (fileUpload), the Claude plugin sends JSON.',
		values: ['documented', 'raw', 'formUrl', 'multipart', 'json', 'any'],
		default: 'documented',
	},
	unknownKey: {
		label: 'Store with a wrong API key',
		help: 'Users report a 200 with the text “Invalid Application”, but error tables list 401.',
		values: ['200', '401'],
		default: '200',
	},
	intelligentIngestion: {
		label: 'Intelligent Ingestion',
		help: 'Whether clients may send a part in several chunks and commit it. Without it, they use ordinary parts.',
		values: ['off', 'on'],
		default: 'off',
	},
	requestsPerMinute: {
		label: 'Requests per minute',
		help: 'Used for the Filestack-Limit headers. The header names are known, the actual limits are not.',
		minimum: 1,
		maximum: 1_000_000,
		unit: 'requests',
		default: 10_000,
	},
	storeTaskHandle: {
		label: 'Handle in the result of the store task',
		help: 'The docs show a result without a handle; the Claude plugin expects one.',
		values: ['missing', 'returned'],
		default: 'missing',
	},
	processingResult: {
		label: 'Results of processing',
		help: 'Problems that clients report instead of the file: JSON data, {"error": …} with status 200, and an error in plain text with status 400.',
		values: ['documented', 'json', 'errorIn200', 'plainText400'],
		default: 'documented',
	},
	missingPolicyStatus: {
		label: 'Status of a missing policy',
		help: 'Most sources name 403; a public example of OCR shows 400.',
		values: ['403', '400'],
		default: '403',
	},
	videoOutcome: {
		label: 'Conversions of videos',
		help: 'Whether they complete, never end, fail, or complete with a missing URL, as clients have seen.',
		values: ['complete', 'stuck', 'failed', 'withoutUrl'],
		default: 'complete',
	},
	workflowOutcome: {
		label: 'Workflows',
		help: 'Whether they finish, never end, or fail. The docs only show Started and Finished.',
		values: ['finished', 'stuck', 'failed'],
		default: 'finished',
	},
	workflowEvent: {
		label: 'fs.workflow webhook',
		help: 'Lost: the webhook of a finished workflow is never sent, so that only its status shows that it has finished.',
		values: ['sent', 'lost'],
		default: 'sent',
	},
	uploadEvent: {
		label: 'fp.upload webhook',
		help: 'The docs show filename, type and size next to the URL. An older format nests them in data.',
		values: ['flat', 'nested'],
		default: 'flat',
	},
	webhookRetries: {
		label: 'Webhook retries',
		help: 'The docs list three (5 min, 30 min, 12 h), the Claude plugin lists five (10 s, 1 min, 5 min, 15 min, 1 h).',
		values: ['docs', 'plugin'],
		default: 'docs',
	},
	ranges,
};
