import { ranges } from '../../core/sendBlob.mts';
import type { SettingDeclarations } from '../../core/settings.mts';
import { encryptedDownloads, zeroKnowledgeFlag } from './encryptedDownloads.mts';
import { TIER_NAMES } from './tiers.mts';

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
		help: 'Documented: init-upload, raw chunks, /files and /files/:id. Desktop app: pre-upload, chunks in forms, finalize, my-files, info, delete. Or both.',
		values: ['documented', 'desktop', 'both'],
		default: 'documented',
	},
	tier: {
		label: 'Tier',
		help: 'Free and Pro keys are rejected with 403 because the API requires Creator.',
		values: TIER_NAMES,
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
		help: 'Not documented: {files}, an array, {data} with pagination, {items} or {results}.',
		values: ['files', 'array', 'data', 'items', 'results'],
		default: 'files',
	},
	fieldNames: {
		label: 'List field names',
		help: 'The desktop app accepts both fileId and file_id (and so on).',
		values: ['camelCase', 'snake_case'],
		default: 'camelCase',
	},
	dates: {
		label: 'Dates',
		help: 'ISO 8601 in the docs, numbers in the desktop app.',
		values: ['iso', 'epochSeconds', 'epochMilliseconds'],
		default: 'iso',
	},
	expiredFiles: {
		label: 'Expired files in lists',
		help: 'Included with expired: true, a field that the desktop app reads, or omitted.',
		values: ['shown', 'hidden'],
		default: 'shown',
	},
	deleteAnswer: {
		label: 'Delete response',
		help: 'Not documented: JSON, an empty 200, or 204.',
		values: ['json', 'empty', 'noContent'],
		default: 'json',
	},
	download: {
		label: 'Download',
		help: 'The docs: 302 to the CDN, or a direct stream. The CDN rejects requests that contain the API key.',
		values: ['redirect', 'stream'],
		default: 'redirect',
	},
	ranges,
	encryptedDownloads,
	zeroKnowledgeFlag,
};
