/**
 * The changes since version 0.1.0 that a saved workflow can notice, each with the sentence of the changelog that announces it.
 * Every other difference fails the tests of this folder.
 */
export interface KnownChange {
	/** The names of the nodes. */
	nodes: string[];
	/** The operation, `resource.operation`; `trigger` for a trigger. Undefined: all operations. */
	operation?: string;
	/** The path of the field; a path also stands for the fields below it. */
	field: string;
	/** Choices that can no longer be selected; undefined if all of the field is meant. */
	choices?: string[];
	changelog: string;
}

/** Fields and choices that are gone. n8n drops their values when it opens a workflow. */
export const REMOVED: readonly KnownChange[] = [
	{
		nodes: ['fileShot', 'filesApp', 'speedyFiles', 'fileCourier'],
		field: 'options.batching',
		changelog: 'Clean Up and Request and Wait no longer have the option Batching.',
	},
	{
		nodes: ['speedyFilesTrigger'],
		operation: 'trigger',
		field: 'events',
		choices: ['package.created', 'package.expired'],
		changelog: 'The trigger no longer offers the two events that SpeedyFiles never sends.',
	},
];

/** Fields whose value is another one where the workflow does not contain them. */
export const CHANGED_DEFAULTS: readonly KnownChange[] = [
	{
		nodes: ['fileCourierTrigger', 'filestackTrigger'],
		operation: 'trigger',
		field: 'options.maxAge',
		changelog: 'are rejected unless Maximum Age is changed.',
	},
	...['file.cleanUp', 'package.cleanUp'].map((operation) => ({
		nodes: operation === 'file.cleanUp' ? ['fileShot', 'filesApp'] : ['speedyFiles'],
		operation,
		field: 'output',
		changelog: 'Clean Up outputs what matches by default',
	})),
	// These had to be filled in, so every saved workflow contains them.
	...['session.create', 'session.requestAndWait'].flatMap((operation) =>
		['subject', 'message'].map((field) => ({
			nodes: ['fileCourier'],
			operation,
			field,
			changelog: 'Subject and Message have a default.',
		})),
	),
	...['package.create', 'package.send'].map((operation) => ({
		nodes: ['speedyFiles'],
		operation,
		field: 'title',
		changelog: 'Title has a default',
	})),
];

/** Fields that may no longer be empty. */
export const NEWLY_REQUIRED: readonly KnownChange[] = [
	{
		nodes: ['fileShot'],
		operation: 'file.upload',
		field: 'password',
		changelog: 'an empty password is an error.',
	},
];

/** Values that are an error on their own: an upload tag without a name, which version 0.1.0 dropped. */
export const NEWLY_REJECTED: readonly string[] = ['options.uploadTags.tag.0.value'];

/** Output fields that are absent unless the service returns them. */
export const OPTIONAL_OUTPUTS: readonly KnownChange[] = [
	'passwordProtected',
	'isZeroKnowledge',
].map((field) => ({
	nodes: ['fileShot'],
	field,
	changelog: '`passwordProtected` and `isZeroKnowledge` are only output if FileShot reports them',
}));

/**
 * The names that output fields of 0.1.0 have now, beside those that are only in camel case now. An empty list: the field is gone,
 * because it is a technical detail that Simplify omits.
 */
export const RENAMED_OUTPUTS: Readonly<Record<string, string[]>> = {
	action: ['event'],
	changedAt: ['occurredAt'],
	content_type: ['mimeType'],
	createdAt: ['uploadedAt'],
	created_at: ['uploadedAt'],
	customLink: ['customSlug'],
	display_name: ['name'],
	downloadUrl: ['link'],
	duration_ms: [],
	effectiveStatus: ['status'],
	expiry: ['expiresAt'],
	fileName: ['name'],
	fileSize: ['size'],
	filename: ['name'],
	id: ['packageId', 'fileId', 'shareId', 'tokenId', 'userId'],
	isWriteable: ['writeable'],
	magicLink: ['link'],
	magic_link: ['link'],
	mimetype: ['mimeType'],
	note: [],
	ok: [],
	original_name: ['name'],
	owner_user_id: [],
	redirect: [],
	request_id: ['sessionId'],
	size_bytes: ['size'],
	state: [],
	storage_backend: [],
	success: [],
	timestamp: ['occurredAt'],
	totalBytes: ['totalSize'],
	transport_mode: [],
	type: ['mimeType'],
	uploadUrl: ['link'],
	upload_url: ['link'],
	uploaded: ['uploadedAt'],
	url: ['link'],
};
export const RENAMED_OUTPUTS_CHANGELOG = 'Output fields have the same names in all nodes';
