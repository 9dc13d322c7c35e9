import { each, exactly, integer, json, link, text as anyText } from '../../core/openapi.mts';
import { handle, mediaType, REFUSALS } from './schemas.mts';

const text = { type: 'string', minLength: 1, maxLength: 1000 } as const;
const whole = { type: 'integer', minimum: 1 } as const;
const proof = { policy: { type: 'string' }, signature: { type: 'string' } } as const;
const store = { type: ['object', 'null'] } as const;
const known = { apikey: text, uri: { type: 'string' }, region: text, upload_id: text } as const;

/** Request bodies of the upload API (filestack-js, uploaders/s3.ts). An empty file is rejected. */
const startBody = {
	type: 'object',
	required: ['apikey', 'filename', 'mimetype', 'size'],
	properties: {
		...{ apikey: text, filename: text, mimetype: text, size: whole, store },
		fii: { type: 'boolean' },
		...proof,
	},
} as const;

const partBody = {
	type: 'object',
	required: ['apikey', 'uri', 'region', 'upload_id', 'part', 'size'],
	properties: {
		...known,
		...{ part: { ...whole, maximum: 10_000 }, size: whole, store },
		// Base64 of 16 bytes.
		md5: { type: 'string', pattern: '^[A-Za-z0-9+/]{22}==$' },
		offset: { type: 'integer', minimum: 0 },
		...proof,
	},
} as const;

const commitBody = {
	type: 'object',
	required: ['apikey', 'uri', 'region', 'upload_id', 'part', 'size'],
	properties: { ...known, part: { ...whole, maximum: 10_000 }, size: whole, store, ...proof },
} as const;

const completeBody = {
	type: 'object',
	required: ['apikey', 'uri', 'region', 'upload_id', 'filename', 'mimetype', 'size'],
	properties: {
		...known,
		...{ filename: text, mimetype: text, size: whole, store },
		fii: { type: 'boolean' },
		parts: {
			type: 'array',
			minItems: 1,
			maxItems: 10_000,
			items: {
				type: 'object',
				required: ['part_number', 'etag'],
				properties: { part_number: whole, etag: text },
			},
		},
		// Up to ten tags, with names of 128 and values of 256 characters.
		upload_tags: {
			type: ['object', 'null'],
			maxProperties: 10,
			propertyNames: { maxLength: 128 },
			additionalProperties: { type: 'string', maxLength: 256 },
		},
		...proof,
	},
} as const;

const refused = each(
	[...REFUSALS, 413],
	json(
		exactly({
			error: anyText,
			c: { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' },
			i: { type: 'string', pattern: '^UPL-' },
			t: { type: 'integer' },
		}),
		'The reason',
	),
);

/** A host without a scheme. */
const host = { type: 'string', pattern: '^[^/]+$' };

const tags = { type: 'object', additionalProperties: anyText };
const jobs = { type: 'object', additionalProperties: exactly({ jobid: anyText }) };

/** The routes (filestack-js, uploaders/s3.ts). */
export const schemas = {
	start: {
		summary: 'Start an upload',
		body: startBody,
		response: {
			...refused,
			200: json(
				exactly(
					{
						...{ uri: anyText, region: anyText, upload_id: anyText, location_url: host },
						...{ location_region: anyText, upload_type: anyText },
					},
					['location_region', 'upload_type'],
				),
				'The upload',
			),
		},
	},
	part: {
		summary: 'Get the URL for a part or chunk',
		body: partBody,
		response: {
			...refused,
			200: json(
				exactly({
					url: link,
					headers: { type: 'object', additionalProperties: anyText },
					location_url: host,
				}),
				'The URL in the storage, and the headers to send',
			),
		},
	},
	commit: {
		summary: 'Commit the chunks of a part',
		body: commitBody,
		response: { ...refused, 200: json(exactly({}), 'The part is complete') },
	},
	complete: {
		summary: 'Complete an upload',
		body: completeBody,
		response: {
			...refused,
			200: json(
				exactly(
					{
						...{ handle, url: link, filename: anyText, size: integer, mimetype: mediaType },
						...{ status: { type: 'string', enum: ['Stored'] }, container: anyText, key: anyText },
						...{ upload_tags: tags, workflows: jobs },
					},
					['upload_tags', 'workflows'],
				),
				'The new file',
			),
			202: json(exactly({}), 'The parts have not been merged yet; the client must retry'),
		},
	},
};

interface Known {
	apikey: string;
	uri: string;
	region: string;
	upload_id: string;
	policy?: string;
	signature?: string;
	store?: Record<string, unknown> | null;
}

export interface StartBody extends Pick<Known, 'apikey' | 'policy' | 'signature' | 'store'> {
	filename: string;
	mimetype: string;
	/** Bytes. */
	size: number;
	fii?: boolean;
}

export interface PartBody extends Known {
	part: number;
	/** Bytes of this part or chunk. */
	size: number;
	md5?: string;
	offset?: number;
}

export interface CommitBody extends Known {
	part: number;
	/** Bytes of the whole file. */
	size: number;
}

export interface CompleteBody extends Known {
	filename: string;
	mimetype: string;
	/** Bytes of the whole file. */
	size: number;
	parts?: { part_number: number; etag: string }[];
	upload_tags?: Record<string, string> | null;
}
