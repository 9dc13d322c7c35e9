import { ranges } from '../../core/sendBlob.mts';
import type { SettingDeclarations } from '../../core/settings.mts';
import { encryptedDownloads, zeroKnowledgeFlag } from './encryptedDownloads.mts';
import { describeTiers } from './tiers.mts';

const limit = (label: string, unit: string) => ({
	label,
	help: 'Overrides the tier’s limit. 0 uses the tier’s limit.',
	unit,
	minimum: 0,
	maximum: Number.MAX_SAFE_INTEGER,
	default: 0,
});

/** Behaviour that the docs leave open or that depends on the tier, and differences in FileShot's own desktop app. */
export const settings: SettingDeclarations = {
	dialect: {
		label: 'API profile',
		help: 'The API documentation and FileShot’s own desktop app use different calls. Encrypted uploads need those of the app.',
		values: {
			documented: 'init-upload, raw chunks, /files and /files/:id.',
			desktop: 'pre-upload, chunks in forms, finalize-upload, my-files, info and delete.',
			both: 'Both sets of calls.',
		},
		default: 'documented',
	},
	tier: {
		label: 'Tier',
		help: 'The plan of the account. The API requires Creator.',
		values: describeTiers(),
		default: 'creator',
	},
	uploadsPerHour: limit('Uploads per hour', 'uploads'),
	callsPerMinute: limit('API calls per minute', 'calls'),
	maxFileBytes: limit('Maximum file size', 'bytes'),
	maxUploadBytes: {
		label: 'Maximum size of single uploads and chunks',
		help: 'Larger requests are rejected with 413. The docs describe single uploads for files under 100 MB.',
		unit: 'bytes',
		minimum: 1,
		maximum: Number.MAX_SAFE_INTEGER,
		default: 100_000_000,
	},
	chunkSize: {
		label: 'Chunk size',
		help: 'Returned when an upload starts and required for every chunk except the last. 0 returns no chunk size. Not documented.',
		unit: 'bytes',
		minimum: 0,
		maximum: 2 ** 30,
		default: 0,
	},
	listShape: {
		label: 'List format',
		help: 'Not documented.',
		values: {
			files: '{"files": […]}',
			array: 'The array alone.',
			data: '{"data": […]} with pagination.',
			items: '{"items": […]}',
			results: '{"results": […]}',
		},
		default: 'files',
	},
	fieldNames: {
		label: 'List field names',
		help: 'The desktop app accepts both fileId and file_id (and so on).',
		values: { camelCase: 'fileId, fileName, …', snake_case: 'file_id, file_name, …' },
		default: 'camelCase',
	},
	dates: {
		label: 'Dates',
		help: 'ISO 8601 in the docs, numbers in the desktop app.',
		values: {
			iso: '"2026-11-27T12:00:00.000Z"',
			epochSeconds: '1795780800',
			epochMilliseconds: '1795780800000',
		},
		default: 'iso',
	},
	expiredFiles: {
		label: 'Expired files in lists',
		help: 'Not documented.',
		values: {
			shown: 'Listed with expired: true, a field that the desktop app reads.',
			hidden: 'Not listed.',
		},
		default: 'shown',
	},
	deleteAnswer: {
		label: 'Delete response',
		help: 'Not documented.',
		values: {
			json: '200 with JSON.',
			empty: '200 without a body.',
			noContent: '204.',
		},
		default: 'json',
	},
	download: {
		label: 'Download',
		help: 'The docs allow both. The CDN rejects requests that contain the API key.',
		values: { redirect: '302 to the CDN.', stream: 'The file itself.' },
		default: 'redirect',
	},
	ranges,
	encryptedDownloads,
	zeroKnowledgeFlag,
};
