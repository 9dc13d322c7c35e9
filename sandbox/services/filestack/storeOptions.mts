import { FilestackError } from './error.mts';
import { randomLetters } from './randomIds.mts';

/** Filestack docs, File API, Store, Provider; as metadata names it (`location`). */
const PROVIDERS: Readonly<Record<string, string>> = {
	s3: 'S3',
	azure: 'azure',
	dropbox: 'dropbox',
	rackspace: 'rackspace',
	gcs: 'gcs',
};

/** The container of an app that has none of its own. */
const DEFAULT_CONTAINER = 'filestack-uploads-persist-production';

/** Where a file goes and what it is called. */
export interface StoreOptions {
	/** As metadata names it. */
	location: string;
	filename?: string;
	mimetype?: string;
	/** As it was asked for: a key or, with a slash at the end, a folder. */
	path?: string;
	container: string;
	/** Whether the request has named the container. */
	ownContainer: boolean;
	access: 'public' | 'private';
}

/**
 * Reads the parameters of a store request, whichever form they came in. Fields that do not concern storing are passed
 * over; lengths are not documented (a key of Amazon S3 has at most 1024 bytes).
 * @param provider the provider of the path or the `location` of the parameters, in any case
 * @throws Refused that names the wrong parameter
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
	// Filestack docs: container does not apply to Dropbox, access is for S3 alone.
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

/** Well-formed text (JSON can hold half a surrogate pair, which nothing can be done with). */
function text(name: string, value: unknown, limit: number): string | undefined {
	if (value === undefined || value === '' || value === null) return undefined;
	if (typeof value !== 'string' || value.length > limit)
		throw new FilestackError(400, `Invalid ${name}`);
	return Buffer.from(value, 'utf8').toString('utf8');
}

/**
 * The storage key (Filestack docs, Store, path): at the root a unique identifier, an underscore and the name; a path
 * with a slash at the end is the folder of that, any other path the whole key.
 */
export function storageKey(path: string | undefined, filename: string): string {
	const named = `${randomLetters(20)}_${filename}`;
	const inBucket = (path ?? '').replace(/^\/+/, '');
	return inBucket === '' || inBucket.endsWith('/') ? inBucket + named : inBucket;
}
