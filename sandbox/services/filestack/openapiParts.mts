/** Words that the documents of all origins are made of. */

export const text = { type: 'string' } as const;
export const bytes = { type: 'integer', minimum: 0 } as const;
export const link = { type: 'string', pattern: '^https?://' } as const;
export const handle = { type: 'string', pattern: '^[A-Za-z0-9_-]{20}$' } as const;
export const mediaType = { type: 'string', pattern: '^[^/]+/[^/]+$' } as const;

/** An object of exactly these fields; those in `optional` may be absent. */
export function exactly(properties: Record<string, object>, optional: string[] = []): object {
	return {
		type: 'object',
		additionalProperties: false,
		required: Object.keys(properties).filter((name) => !optional.includes(name)),
		properties,
	};
}

export const json = (schema: object, description = 'Done'): object => ({
	description,
	content: { 'application/json': { schema } },
});

export const plain = (description: string): object => ({
	description,
	content: { 'text/plain': { schema: text } },
});

export const file = (description: string): object => ({
	description,
	content: { '*/*': { schema: {} } },
});

/** Answers of one shape by status. */
export function each(statuses: readonly number[], answer: object): Record<string, object> {
	return Object.fromEntries(statuses.map((status) => [String(status), answer]));
}

export const inPath = (name: string, schema: object = text): object => ({
	...{ name, in: 'path', required: true, schema },
});

/** Query parameters, none of them required unless it is named so. */
export function query(parameters: Record<string, object>, required: string[] = []): object[] {
	return Object.entries(parameters).map(([name, schema]) => ({
		...{ name, in: 'query', required: required.includes(name), schema },
	}));
}

export const flag = { type: 'string', enum: ['true', 'false', '1', '0'] } as const;

/** `policy` and `signature`: hex of 64 digits, over the padded base64. */
export const proof = {
	policy: { type: 'string', pattern: '^[A-Za-z0-9_+/-]+={0,2}$' },
	signature: { type: 'string', pattern: '^[0-9a-f]{64}$' },
} as const;

const hash = (digits: number): object => ({ type: 'string', pattern: `^[0-9a-f]{${digits}}$` });
const pixels = { type: 'integer', minimum: 0 } as const;

const FIELDS: Record<string, object> = {
	mimetype: mediaType,
	// Milliseconds since the epoch with a fraction.
	uploaded: { type: 'number' },
	container: text,
	writeable: { type: 'boolean' },
	filename: text,
	location: { type: 'string', enum: ['S3', 'azure', 'dropbox', 'rackspace', 'gcs'] },
	key: text,
	path: text,
	size: bytes,
	cloud: { nullable: true, type: 'string' },
	source_url: { ...text, nullable: true },
	exif: { type: 'object' },
	upload_status: text,
	...{ width: pixels, height: pixels },
	...{ md5: hash(32), sha1: hash(40), sha224: hash(56) },
	...{ sha256: hash(64), sha384: hash(96), sha512: hash(128) },
};

/** Any of these, as asked for. */
export const metadata = exactly(FIELDS, Object.keys(FIELDS));

/** `key` cannot be asked for: in the query it is the API key. */
export const metadataQuery = query(
	Object.fromEntries(
		Object.keys(FIELDS)
			.filter((name) => name !== 'key')
			.map((name) => [name, flag]),
	),
);
