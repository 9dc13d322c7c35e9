import { ranges } from '../../core/sendBlob.mts';
import type { SettingDeclarations } from '../../core/settings.mts';

/** Differences between Filestack's documentation and clients, and options of an app. */
export const settings: SettingDeclarations = {
	security: {
		label: 'Security',
		help: 'An option of each app in the Developer Portal.',
		values: {
			on: 'All requests require a policy or the app secret.',
			off: 'Only overwrite, delete and EXIF require one.',
		},
		default: 'on',
	},
	uploadBody: {
		label: 'Body of store and overwrite',
		help: 'Which bodies are accepted. The docs and Filestack’s clients differ.',
		values: {
			documented: 'Raw bytes, or a form with url.',
			raw: 'Only raw bytes.',
			formUrl: 'Only a form with url.',
			multipart: 'Only multipart with fileUpload, as older docs and SDKs send it.',
			json: 'Only JSON, as the Claude plugin sends it.',
			any: 'All of them.',
		},
		default: 'documented',
	},
	unknownKey: {
		label: 'Store with a wrong API key',
		help: 'Users and error tables report different responses.',
		values: { '200': '200 with the text “Invalid Application”.', '401': '401.' },
		default: '200',
	},
	intelligentIngestion: {
		label: 'Intelligent Ingestion',
		help: 'An option for uploads in parts.',
		values: {
			off: 'Clients send ordinary parts.',
			on: 'Clients may send a part in several chunks and commit it.',
		},
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
		help: 'The docs and the Claude plugin differ.',
		values: { missing: 'As in the docs.', returned: 'As the plugin expects it.' },
		default: 'missing',
	},
	processingResult: {
		label: 'Results of processing',
		help: 'Clients report these problems instead of the file.',
		values: {
			documented: 'The file, as in the docs.',
			json: 'JSON data instead of the file.',
			errorIn200: '{"error": …} with status 200.',
			plainText400: 'An error in plain text with status 400.',
		},
		default: 'documented',
	},
	missingPolicyStatus: {
		label: 'Status of a missing policy',
		help: 'The sources differ.',
		values: { 403: 'As most sources name it.', 400: 'As in a public example of OCR.' },
		default: '403',
	},
	videoOutcome: {
		label: 'Conversions of videos',
		help: 'Clients have seen all of these.',
		values: {
			complete: 'They complete.',
			stuck: 'They never end.',
			failed: 'They fail.',
			withoutUrl: 'They complete, but the URL of the result is missing.',
		},
		default: 'complete',
	},
	workflowOutcome: {
		label: 'Workflows',
		help: 'The docs only show Started and Finished.',
		values: { finished: 'They finish.', stuck: 'They never end.', failed: 'They fail.' },
		default: 'finished',
	},
	workflowEvent: {
		label: 'fs.workflow webhook',
		help: 'Webhooks can be lost.',
		values: {
			sent: 'Sent when a workflow has finished.',
			lost: 'Never sent, so that only the status of a workflow shows that it has finished.',
		},
		default: 'sent',
	},
	uploadEvent: {
		label: 'fp.upload webhook',
		help: 'The docs and an older format differ.',
		values: {
			flat: 'filename, type and size are next to the URL, as in the docs.',
			nested: 'They are in data, as in the older format.',
		},
		default: 'flat',
	},
	webhookRetries: {
		label: 'Webhook retries',
		help: 'The docs and the Claude plugin list different intervals.',
		values: {
			docs: 'Three: after 5 minutes, 30 minutes and 12 hours.',
			plugin: 'Five: after 10 seconds, 1 minute, 5 minutes, 15 minutes and 1 hour.',
		},
		default: 'docs',
	},
	ranges,
};
