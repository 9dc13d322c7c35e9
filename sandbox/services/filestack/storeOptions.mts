import { FilestackError } from './error.mts';
import { randomLetters } from './randomIds.mts';

/** Filestack docs, File API, Store, Provider; the values are those of `location` in metadata. */
const PROVIDERS: Readonly<Record<string, string>> = {
	s3: 'S3',
	azure: 'azure',
	dropbox: 'dropbox',
	rackspace: 'rackspace',
	gcs: 'gcs',
};

/** The container of an app without a container of its own. */
const DEFAULT_CONTAINER = 'filestack-uploads-persist-production';

/** The destination and name of a file. */
export interface StoreOptions {
	/** The provider's name in metadata. */
	location: string;
	filename?: string;
	mimetype?: string;
	/** The requested path: a key or, with a trailing slash, a folder. */
	path?: string;
	container: string;
	/** Whether the request names the container. */
	ownContainer: boolean;
	access: 'public' | 'private';
}

/**
 * Reads the parameters of a store request in any of the accepted forms. Ignores unrelated fields. Maximum lengths are
 * not documented (an Amazon S3 key has at most 1024 bytes).
 * @param provider the provider in the path or the `location` parameter, in any case
 * @throws {FilestackError} naming the invalid parameter
 */
export function storeOptions(
	provider: unknown = 's3',
	given: Readonly<Record<string, unknown>> = {},
): StoreOptions {
	const name = typeof provider === 'string' ? provider.toLowerCase() : '';
	const location = Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined;
	if (location === undefined) throw new FilestackError(400, 'Invalid storage provider');
	const { mimetype, access = 'private' } = given;
	const container = text('container', given.container, 255);
	if (container !== undefined && !/^[\w][\w. -]*$/.test(container)) {
		throw new FilestackError(400, 'Invalid container');
	}
	if (mimetype !== undefined && !isMediaType(mimetype))
		throw new FilestackError(400, 'Invalid mimetype');
	if (access !== 'public' && access !== 'private') throw new FilestackError(400, 'Invalid access');
	// Filestack docs: container does not apply to Dropbox, access only applies to S3.
	const own = location === 'dropbox' ? undefined : container;
	return {
		location,
		filename: text('filename', given.filename, 1000),
		mimetype,
		path: text('path', given.path, 1000),
		container: own ?? DEFAULT_CONTAINER,
		ownContainer: own !== undefined,
		access: location === 'S3' ? access : 'private',
	};
}

/** `type/subtype`, without parameters. */
export function isMediaType(value: unknown): value is string {
	return typeof value === 'string' && /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(value);
}

/** Returns well-formed text; JSON can contain lone surrogates. */
function text(name: string, value: unknown, limit: number): string | undefined {
	if (value === undefined || value === '' || value === null) return undefined;
	if (typeof value !== 'string' || value.length > limit)
		throw new FilestackError(400, `Invalid ${name}`);
	return Buffer.from(value, 'utf8').toString('utf8');
}

/**
 * Returns the storage key (Filestack docs, Store, path): in the root folder a unique ID, an underscore and the name; a
 * path with a trailing slash is the folder of such a key, and any other path is the complete key.
 */
export function storageKey(path: string | undefined, filename: string): string {
	const named = `${randomLetters(20)}_${filename}`;
	const inBucket = (path ?? '').replace(/^\/+/, '');
	return inBucket === '' || inBucket.endsWith('/') ? inBucket + named : inBucket;
}
