import { ranges } from '../../core/sendBlob.mts';
import type { SettingDeclarations } from '../../core/settings.mts';

/** Behaviour that the docs leave open or that depends on the plan. */
export const settings: SettingDeclarations = {
	plan: {
		label: 'Plan',
		help: 'Requests per hour and key: free 100, pro 1,000, team 10,000.',
		values: ['free', 'pro', 'team'],
		default: 'free',
	},
	requestsPerHour: {
		label: 'Requests per hour',
		help: 'Overrides the plan’s limit. 0 uses the plan’s limit.',
		unit: 'requests',
		minimum: 0,
		maximum: 1_000_000,
		default: 0,
	},
	maxUploadBytes: {
		label: 'Maximum size of single uploads',
		help: 'Larger uploads are rejected with 413. The docs mention the error but no limit.',
		unit: 'bytes',
		minimum: 1,
		maximum: Number.MAX_SAFE_INTEGER,
		default: 100 * 2 ** 20,
	},
	maxFileBytes: {
		label: 'Maximum size of chunked uploads',
		help: 'Larger uploads are rejected with 413 when they start. Not documented.',
		unit: 'bytes',
		minimum: 1,
		maximum: Number.MAX_SAFE_INTEGER,
		default: 10 * 2 ** 30,
	},
	chunkSize: {
		label: 'Chunk size',
		help: 'Returned when an upload starts and required for every chunk except the last. The docs use 5 MiB in an example.',
		unit: 'bytes',
		minimum: 1,
		maximum: 2 ** 30,
		default: 5 * 2 ** 20,
	},
	chunkOptions: {
		label: 'folder_id and encrypt of chunked uploads',
		help: 'The docs list them for single uploads only. Ignored or used for chunked uploads.',
		values: ['ignored', 'used'],
		default: 'ignored',
	},
	createdStatus: {
		label: 'Status code for created objects',
		help: 'Applies to upload, chunk init and complete, and share. The docs show the bodies but no status code.',
		values: ['200', '201'],
		default: '200',
	},
	syncPageSize: {
		label: 'Changes per page',
		help: 'The number of changes per response before has_more is set. Not documented.',
		unit: 'changes',
		minimum: 1,
		maximum: 10_000,
		default: 100,
	},
	syncCursor: {
		label: 'Sync cursor',
		help: 'Responses contain a cursor, but the docs list no parameter for it. “cursor” is accepted, ignored (only “since” is used) or rejected.',
		values: ['taken', 'ignored', 'refused'],
		default: 'taken',
	},
	ranges,
};
