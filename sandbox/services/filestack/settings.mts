import type { SettingDeclarations } from '../../core/settings.mts';

/** Differences between Filestack's documentation and clients, and options of an app. */
export const settings: SettingDeclarations = {
	security: {
		label: 'Security',
		help: 'On: every call needs a policy or the app secret. Off: only overwrite, delete and EXIF do.',
		values: ['on', 'off'],
		default: 'on',
	},
	uploadBody: {
		label: 'Body of store and overwrite',
		help: 'The docs show raw bytes and a form with url; older docs and SDKs send multipart (fileUpload), the Claude plugin JSON.',
		values: ['documented', 'raw', 'formUrl', 'multipart', 'json', 'any'],
		default: 'documented',
	},
	unknownKey: {
		label: 'Store with a wrong API key',
		help: 'Users report a 200 with the text "Invalid Application"; error tables say 401.',
		values: ['200', '401'],
		default: '200',
	},
	intelligentIngestion: {
		label: 'Intelligent Ingestion',
		help: 'Whether the app may send a part in several chunks and commit it. Clients fall back without it.',
		values: ['off', 'on'],
		default: 'off',
	},
	requestsPerMinute: {
		label: 'Requests per minute',
		help: 'What Filestack-Limit and its companions count down. The headers are known, the numbers are not.',
		minimum: 1,
		maximum: 1_000_000,
		unit: 'requests',
		default: 10_000,
	},
	uploadEvent: {
		label: 'fp.upload webhook',
		help: 'The docs have filename, type and size beside the URL; an older form nests them in data.',
		values: ['flat', 'nested'],
		default: 'flat',
	},
	webhookRetries: {
		label: 'Webhook retries',
		help: 'The docs name three (5 min, 30 min, 12 h), the Claude plugin five (10 s, 1 min, 5 min, 15 min, 1 h).',
		values: ['docs', 'plugin'],
		default: 'docs',
	},
};
