import {
	documentHead,
	each,
	exactly,
	flag,
	inPath,
	integer,
	isoSecond,
	json,
	link,
	listOf,
	orNull,
	text,
} from '../../core/openapi.mts';

/**
 * FileShot publishes no OpenAPI document. The one of the simulation is derived from its docs and from the requests and
 * responses of its desktop app, and tests check the responses against it.
 */
export const document = documentHead('FileShot', '/api', 'bearer');

export const binary = { type: 'string', format: 'binary' };
export const positive = { type: 'integer', minimum: 1 };
export const id = { type: 'string', pattern: '^[0-9a-f]{24}$' };
export const done = { type: 'boolean', enum: [true] };
/** ISO 8601 in the docs; seconds or milliseconds since 1970 in the desktop app. */
const date = { oneOf: [isoSecond, integer] };

export const FILE_ID = inPath({ fileId: 'The file’s ID' });

/** Public files need no key. */
export const PUBLIC_ACCESS = { security: [{ key: [] }, {}] as Record<string, string[]>[] };

/** The same call on the path of the desktop app. */
export const inDesktopApp = <Schema extends { summary: string }>(schema: Schema): Schema => ({
	...schema,
	summary: `${schema.summary} (desktop app)`,
});

/** The error responses of every call. */
export const errors = each(
	[400, 401, 403, 404, 405, 413, 415, 416, 429, 500, 503],
	json(exactly({ error: text }), 'The reason'),
);

export const success = json(exactly({ success: done }), 'Done');

/** FileShot docs, Upload File. */
export const uploaded = json(
	exactly({
		success: done,
		fileId: id,
		downloadUrl: link,
		expiresAt: date,
		fileSize: integer,
	}),
	'The new file',
);

/** FileShot docs, Get File Info. The last three fields are not documented. */
export const info = json(
	exactly(
		{
			fileId: id,
			fileName: text,
			fileSize: integer,
			mimeType: text,
			expiresAt: date,
			isZeroKnowledge: flag,
			passwordProtected: flag,
			originalFileName: text,
			originalFileSize: integer,
			originalMimeType: text,
		},
		['isZeroKnowledge', 'originalFileName', 'originalFileSize', 'originalMimeType'],
	),
	'The file’s metadata',
);

/** A file in a list, as the desktop app reads it (fileshot-desktop, src/lib/files.ts). */
const FIELDS: Record<string, object> = {
	fileId: id,
	fileName: text,
	fileSize: integer,
	mimeType: text,
	createdAt: date,
	expiresAt: date,
	downloadCount: integer,
	maxDownloads: orNull(integer),
	customLink: orNull(text),
	isZeroKnowledge: flag,
	hasWrappedKey: flag,
	folderId: orNull(text),
	expired: flag,
};
const inSnakeCase = Object.fromEntries(
	Object.entries(FIELDS).map(([name, schema]) => [
		name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
		schema,
	]),
);
const items = listOf({ oneOf: [exactly(FIELDS), exactly(inSnakeCase)] });
const pages = { page: positive, limit: positive, total: integer };

/** The docs do not show a list response; any of these. */
export const list = json(
	{
		oneOf: [
			exactly({ files: items, ...pages }),
			items,
			exactly({
				success: done,
				data: items,
				pagination: exactly({ ...pages, totalPages: integer }),
			}),
			exactly({ items, totalCount: integer }),
			exactly({ results: items, page: positive, totalPages: integer }),
		],
	},
	'A page of files',
);
