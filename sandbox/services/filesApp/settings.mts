import type { SettingDeclarations } from '../../core/settings.mts';

/** Behaviour that the docs leave open or that depends on the plan. */
export const settings: SettingDeclarations = {
	plan: {
		label: 'Plan',
		help: 'Requests an hour and key: free 100, pro 1,000, team 10,000.',
		values: ['free', 'pro', 'team'],
		default: 'free',
	},
	requestsPerHour: {
		label: 'Requests an hour',
		help: 'Instead of the plan’s own; 0 leaves it to the plan.',
		unit: 'requests',
		minimum: 0,
		maximum: 1_000_000,
		default: 0,
	},
	maxUploadBytes: {
		label: 'Largest upload in one piece',
		help: 'More is answered with 413. The docs know the error and name no limit.',
		unit: 'bytes',
		minimum: 1,
		maximum: Number.MAX_SAFE_INTEGER,
		default: 100 * 2 ** 20,
	},
	maxFileBytes: {
		label: 'Largest file in chunks',
		help: 'More is answered with 413 when the upload begins. Not documented.',
		unit: 'bytes',
		minimum: 1,
		maximum: Number.MAX_SAFE_INTEGER,
		default: 10 * 2 ** 30,
	},
	chunkSize: {
		label: 'Chunk size',
		help: 'What the init answer tells, and every chunk but the last must have. The docs’ example has 5 MiB.',
		unit: 'bytes',
		minimum: 1,
		maximum: 2 ** 30,
		default: 5 * 2 ** 20,
	},
	chunkOptions: {
		label: 'folder_id and encrypt of a chunked upload',
		help: 'The docs have them for the upload in one piece alone: ignored, or used all the same.',
		values: ['ignored', 'used'],
		default: 'ignored',
	},
	createdStatus: {
		label: 'Status of creating',
		help: 'Upload, chunk init and complete, share. The docs show bodies and no status.',
		values: ['200', '201'],
		default: '200',
	},
	syncPageSize: {
		label: 'Changes a page',
		help: 'How many a sync answer has before it says has_more. Not documented.',
		unit: 'changes',
		minimum: 1,
		maximum: 10_000,
		default: 100,
	},
	syncCursor: {
		label: 'Cursor of sync',
		help: 'Answers have one, but no parameter takes it: “cursor” is taken, or ignored and “since” alone counts, or refused.',
		values: ['taken', 'ignored', 'refused'],
		default: 'taken',
	},
};
