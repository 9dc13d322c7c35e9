import { exactly, orNull, text, integer } from '../../core/openapi.mts';

/**
 * Building blocks for the schemas of the routes. Filestack publishes no OpenAPI document. The ones of the simulation,
 * one per origin, are derived from its docs and from the requests and responses of its SDKs, and tests check the
 * responses against them.
 */

export const handle = { type: 'string', pattern: '^[A-Za-z0-9_-]{20}$' } as const;
export const mediaType = { type: 'string', pattern: '^[^/]+/[^/]+$' } as const;
/** Query parameters are strings. */
export const flag = { type: 'string', enum: ['true', 'false', '1', '0'] } as const;

/** The errors of an origin, which all have the same shape. */
export const REFUSALS = [400, 401, 403, 404, 405, 429, 500, 503] as const;

/** `policy` and `signature`: 64 hex digits, over the padded base64. */
export const proof = {
	policy: { type: 'string', pattern: '^[A-Za-z0-9_+/-]+={0,2}$' },
	signature: { type: 'string', pattern: '^[0-9a-f]{64}$' },
} as const;

const hash = (digits: number): object => ({ type: 'string', pattern: `^[0-9a-f]{${digits}}$` });

const FIELDS: Record<string, object> = {
	mimetype: mediaType,
	// Milliseconds since 1970 with a fraction.
	uploaded: { type: 'number' },
	container: text,
	writeable: { type: 'boolean' },
	filename: text,
	location: { type: 'string', enum: ['S3', 'azure', 'dropbox', 'rackspace', 'gcs'] },
	key: text,
	path: text,
	size: integer,
	cloud: orNull(text),
	source_url: orNull(text),
	exif: { type: 'object' },
	upload_status: text,
	...{ width: integer, height: integer },
	...{ md5: hash(32), sha1: hash(40), sha224: hash(56) },
	...{ sha256: hash(64), sha384: hash(96), sha512: hash(128) },
};

/** Any of these, depending on the request. */
export const metadata = exactly(FIELDS, Object.keys(FIELDS));

/** `key` cannot be requested, because this query parameter is the API key. */
export const metadataFlags = Object.fromEntries(
	Object.keys(FIELDS)
		.filter((name) => name !== 'key')
		.map((name) => [name, flag]),
);
