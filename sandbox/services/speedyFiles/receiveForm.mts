import fastifyMultipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Blobs } from '../../core/blobs.mts';
import { codeOf } from '../../core/sandboxError.mts';
import { ValidationError, SpeedyFilesError } from './error.mts';
import { UNREADABLE } from './jsonBody.mts';
import { missing } from './requests.mts';

/** An uploaded file. */
export interface Upload {
	blob: string;
	/** The part's `filename`; may be empty. */
	name: string;
	/** Bytes. */
	size: number;
	/** Hex. */
	sha256: string;
	/** The media type, as sent by the client. */
	type: string;
	/** Real milliseconds. */
	durationMs: number;
}

/** The parts named `file` in order: files, and strings for parts without a `filename`. */
export type FileParts = (Upload | string)[];

/**
 * Options for @fastify/multipart: a part with a `filename` is a file, whatever its type (Starlette 0.41, including its
 * limits).
 */
const MULTIPART = {
	preservePath: true,
	isPartAFile: (_field: unknown, _type: unknown, filename: unknown) => filename !== undefined,
	limits: { fileSize: Infinity, files: 1000, fields: 1000, fieldSize: 1024 * 1024 },
};

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/;

/** Starlette's messages for errors of the multipart parser. */
const PARSER_ERRORS: Readonly<Record<string, string>> = {
	FST_FILES_LIMIT: 'Too many files. Maximum number of files is 1000.',
	FST_FIELDS_LIMIT: 'Too many fields. Maximum number of fields is 1000.',
	FST_PROTO_VIOLATION: UNREADABLE,
};

/** Enables forms. All other bodies are buffered, and routes parse them if they need them. */
export async function parseForms(app: FastifyInstance): Promise<void> {
	app.addHook('onRequest', async ({ headers }) => {
		const type = headers['content-type'];
		// Python treats an invalid type as plain text; Fastify would reject it before the token is checked.
		if (type !== undefined && !MEDIA_TYPE.test(type)) headers['content-type'] = 'text/plain';
		return Promise.resolve();
	});
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
	await app.register(fastifyMultipart, MULTIPART);
}

/**
 * Streams a form's files to disk and hashes them. The form is read before the token is checked. Keeps nothing if it
 * throws.
 * @throws {SpeedyFilesError} if the form cannot be read; or the stream's error
 */
export async function receiveForm(request: FastifyRequest, blobs: Blobs): Promise<FileParts> {
	if (!request.isMultipart()) return plainForm(request);
	const parts: FileParts = [];
	try {
		for await (const part of request.parts()) {
			if (part.type === 'field') {
				if (part.valueTruncated)
					throw new SpeedyFilesError(400, 'Part exceeded maximum size of 1024KB.');
				if (part.fieldname === 'file') parts.push(part.value as string);
			} else if (part.fieldname === 'file') {
				const received = await receiveFile(part.file, blobs);
				parts.push({ ...received, name: nameOf(part.filename), type: part.mimetype });
			} else part.file.resume();
		}
	} catch (error) {
		// Python's parser does not require an end: it ignores a part that is incomplete.
		if (error instanceof Error && /Unexpected end|terminated early/.test(error.message))
			return parts;
		await discard(parts, blobs);
		throw toSpeedyFilesError(error);
	}
	return parts;
}

/**
 * Returns the form's file. If there are several, FastAPI uses the last.
 * @throws {ValidationError} if there is none, or a string in its place
 */
export function requireFile(parts: FileParts): Upload {
	const last = parts.at(-1);
	if (last === undefined || last === '') throw missing('body', 'file');
	if (typeof last !== 'string') return last;
	const msg = "Value error, Expected UploadFile, received: <class 'str'>";
	throw new ValidationError([
		{ type: 'value_error', loc: ['body', 'file'], msg, input: last, ctx: { error: {} } },
	]);
}

/** Lets `use` select the uploads to keep and removes all others, also if it throws. */
export async function withUploads<T>(
	parts: FileParts,
	blobs: Blobs,
	use: (keep: (upload: Upload) => void) => Promise<T>,
): Promise<T> {
	const unwanted = new Set(parts.filter((part) => typeof part !== 'string'));
	try {
		return await use((upload) => unwanted.delete(upload));
	} finally {
		await discard([...unwanted], blobs);
	}
}

async function discard(parts: FileParts, blobs: Blobs): Promise<void> {
	await blobs.remove(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.blob])));
}

/** URL-encoded forms contain no files. */
function plainForm({ headers, body }: FastifyRequest): FileParts {
	const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
	return isForm ? new URLSearchParams(String(body)).getAll('file') : [];
}

async function receiveFile(source: Readable, blobs: Blobs): Promise<Omit<Upload, 'name' | 'type'>> {
	const hash = createHash('sha256');
	const started = performance.now();
	const { id: blob, size } = await blobs.write(Readable.from(hashed(source, hash)));
	const durationMs = Math.floor(performance.now() - started);
	return { blob, size, sha256: hash.digest('hex'), durationMs };
}

async function* hashed(source: Readable, hash: Hash): AsyncGenerator<Buffer> {
	for await (const chunk of source) {
		hash.update(chunk as Buffer);
		yield chunk as Buffer;
	}
}

/** Returns the file name, without the path that Internet Explorer 6 sends (python-multipart 0.0.19). */
function nameOf(filename: string): string {
	return /^(?:.:\\|\\\\)/.test(filename) ? (filename.split('\\').at(-1) ?? '') : filename;
}

function toSpeedyFilesError(error: unknown): unknown {
	if (error instanceof SpeedyFilesError) return error;
	const code = codeOf(error);
	if (code !== undefined && Object.hasOwn(PARSER_ERRORS, code)) {
		return new SpeedyFilesError(400, PARSER_ERRORS[code]);
	}
	if (code !== undefined) return error;
	const isUnbounded = error instanceof Error && error.message.includes('Boundary not found');
	return new SpeedyFilesError(400, isUnbounded ? 'Missing boundary in multipart.' : UNREADABLE);
}
