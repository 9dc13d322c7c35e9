import type { FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { reportedHash, reportedSize } from '../../core/faultyValues.mts';
import { booleanParameter, queryOf } from './access.mts';
import type { StoredFile } from './files.mts';
import { imageSize } from './imageSize.mts';
import type { Instance } from './instance.mts';

const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;

/** Filestack docs, Metadata, Response: the default fields, in this order. */
const DEFAULTS = [
	...['mimetype', 'uploaded', 'container', 'writeable', 'filename', 'location', 'key', 'path'],
	'size',
];

/**
 * The fields that can be requested. `key` cannot, because this query parameter is the API key. filestack-js also
 * requests width and height.
 */
const FIELDS = [
	...['mimetype', 'uploaded', 'container', 'writeable', 'filename', 'location', 'path', 'size'],
	...['cloud', 'source_url', 'exif', 'upload_status', 'width', 'height'],
	...HASHES,
];

/**
 * Returns the metadata fields that the query requests.
 * @throws {FilestackError} if the value of a field is not a boolean
 */
export async function readMetadata(
	file: StoredFile,
	request: FastifyRequest,
	{ context }: Instance,
): Promise<Record<string, unknown>> {
	const query = queryOf(request);
	const asked = FIELDS.filter((name) => booleanParameter(name, query[name]) === true);
	const wanted = asked.length === 0 ? DEFAULTS : asked;
	const path = context.blobs.path(file.blob);
	const size =
		wanted.includes('width') || wanted.includes('height') ? await imageSize(path) : undefined;
	const digests = HASHES.filter((name) => wanted.includes(name));
	const known: Record<string, unknown> = {
		mimetype: file.mimetype,
		uploaded: file.uploaded,
		container: file.container,
		writeable: true,
		filename: file.filename,
		location: file.location,
		key: file.key,
		path: file.key,
		size: reportedSize(request, file.size),
		cloud: null,
		source_url: file.sourceUrl ?? null,
		// The sandbox does not read EXIF data, so images appear to have none.
		exif: {},
		upload_status: 'Stored',
		...size,
		...(await hashes(request, context.blobs.read(file.blob), digests)),
	};
	// Fields that the file does not have (the width of a text) are omitted.
	return Object.fromEntries(
		wanted.filter((name) => known[name] !== undefined).map((name) => [name, known[name]]),
	);
}

async function hashes(
	request: FastifyRequest,
	bytes: AsyncIterable<Buffer> & { destroy(): void },
	names: readonly string[],
): Promise<Record<string, string>> {
	const running = names.map((name) => createHash(name));
	if (running.length === 0) bytes.destroy();
	else for await (const chunk of bytes) for (const hash of running) hash.update(chunk);
	return Object.fromEntries(
		names.map((name, index) => [name, reportedHash(request, running[index].digest('hex'))]),
	);
}
