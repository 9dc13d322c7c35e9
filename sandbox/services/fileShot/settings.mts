import type { SettingDeclarations } from '../../core/settings.mts';
import { TIER_NAMES } from './tiers.mts';

const limit = (label: string, unit: string) => ({
	label,
	help: 'Instead of the tier’s own; 0 leaves it to the tier.',
	unit,
	minimum: 0,
	maximum: Number.MAX_SAFE_INTEGER,
	default: 0,
});

/** Behaviour that the docs leave open or that depends on the tier, and differences in FileShot's own desktop app. */
export const settings: SettingDeclarations = {
	dialect: {
		label: 'Dialect',
		help: 'Documented: init-upload, raw chunks, /files and /files/:id. Desktop app: pre-upload, chunks in forms, finalize, my-files, info, delete. Or both.',
		values: ['documented', 'desktop', 'both'],
		default: 'documented',
	},
	tier: {
		label: 'Tier',
		help: 'Keys of free and pro are answered with 403: the API needs Creator.',
		values: TIER_NAMES,
		default: 'creator',
	},
	uploadsPerHour: limit('Uploads an hour', 'uploads'),
	callsPerMinute: limit('API calls a minute', 'calls'),
	maxFileBytes: limit('Largest file', 'bytes'),
	maxUploadBytes: {
		label: 'Largest upload in one piece, largest chunk',
		help: 'More is answered with 413. The docs have it for files under 100 MB.',
		unit: 'bytes',
		minimum: 1,
		maximum: Number.MAX_SAFE_INTEGER,
		default: 100_000_000,
	},
	chunkSize: {
		label: 'Chunk size',
		help: 'Told when an upload begins, and demanded of every chunk but the last; 0 tells none. Not documented.',
		unit: 'bytes',
		minimum: 0,
		maximum: 2 ** 30,
		default: 0,
	},
	listShape: {
		label: 'Shape of a list',
		help: 'The docs show none: {files}, a bare array, {data} with pagination, {items}, {results}.',
		values: ['files', 'array', 'data', 'items', 'results'],
		default: 'files',
	},
	fieldNames: {
		label: 'Fields of a list',
		help: 'The desktop app reads both fileId and file_id, and so on.',
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
		help: 'Shown with expired: true, a field that the desktop app reads, or left out.',
		values: ['shown', 'hidden'],
		default: 'shown',
	},
	deleteAnswer: {
		label: 'Answer to a delete',
		help: 'Not documented: JSON, an empty 200, or 204.',
		values: ['json', 'empty', 'noContent'],
		default: 'json',
	},
	download: {
		label: 'Download',
		help: 'The docs: 302 to the CDN, or a direct stream. The CDN refuses requests that bring the API key along.',
		values: ['redirect', 'stream'],
		default: 'redirect',
	},
};
