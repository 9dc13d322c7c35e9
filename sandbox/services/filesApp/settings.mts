import { ranges } from '../../core/sendBlob.mts';
import type { SettingDeclarations } from '../../core/settings.mts';

/** Behaviour that the docs leave open or that depends on the plan. */
export const settings: SettingDeclarations = {
	plan: {
		label: 'Plan',
		help: 'The plan of the account limits the requests per hour and key.',
		values: { free: '100 requests.', pro: '1,000 requests.', team: '10,000 requests.' },
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
		help: 'The docs list these fields for single uploads only.',
		values: {
			ignored: 'They have no effect on chunked uploads.',
			used: 'They have the same effect.',
		},
		default: 'ignored',
	},
	createdStatus: {
		label: 'Status code for created objects',
		help: 'Applies to upload, chunk init and complete, and share. The docs show the bodies but no status code.',
		values: { '200': '200 (OK).', '201': '201 (Created).' },
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
		help: 'Responses contain a cursor, but the docs list no parameter for it.',
		values: {
			taken: 'The parameter “cursor” is accepted.',
			ignored: 'It has no effect; only “since” is used.',
			refused: 'Requests with it are rejected.',
		},
		default: 'taken',
	},
	ranges,
};
