const text = { type: 'string', minLength: 1, maxLength: 1000 } as const;
const whole = { type: 'integer', minimum: 1 } as const;
const proof = { policy: { type: 'string' }, signature: { type: 'string' } } as const;
const store = { type: ['object', 'null'] } as const;
const known = { apikey: text, uri: { type: 'string' }, region: text, upload_id: text } as const;

/** Request bodies of the upload API (filestack-js, uploaders/s3.ts). An empty file is rejected. */
export const startSchema = {
	type: 'object',
	required: ['apikey', 'filename', 'mimetype', 'size'],
	properties: {
		...{ apikey: text, filename: text, mimetype: text, size: whole, store },
		fii: { type: 'boolean' },
		...proof,
	},
} as const;

export const partSchema = {
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

export const commitSchema = {
	type: 'object',
	required: ['apikey', 'uri', 'region', 'upload_id', 'part', 'size'],
	properties: { ...known, part: { ...whole, maximum: 10_000 }, size: whole, store, ...proof },
} as const;

export const completeSchema = {
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
