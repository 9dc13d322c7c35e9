import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Blobs } from '../../core/blobs.mts';
import { ValidationError, SpeedyFilesError } from './error.mts';
import { UNREADABLE } from './jsonBody.mts';
import {
	type FormPart,
	FormSyntaxError,
	IncompletePartError,
	parametersOf,
	readParts,
} from './multipart.mts';
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
	/** The Content-Type of its part, as sent by the client. */
	type: string | null;
	/** Real milliseconds. */
	durationMs: number;
}

/** The parts named `file` in order: files, and strings for parts without a `filename`. */
export type FileParts = (Upload | string)[];

/** Starlette's limits of a form. */
const MAX_FILES = 1000;
const MAX_FIELDS = 1000;
const MAX_FIELD_BYTES = 1024 * 1024;

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/;

/** Leaves forms to {@link receiveForm}. All other bodies are buffered, and routes parse them if they need them. */
export function parseForms(app: FastifyInstance): void {
	app.addHook('onRequest', async ({ headers }) => {
		const type = headers['content-type'];
		// Python treats an invalid type as plain text; Fastify would reject it before the token is checked.
		if (type && !MEDIA_TYPE.test(type)) headers['content-type'] = 'text/plain';
		// Fastify ignores the body of a request with an empty type.
		if (type === '') headers['content-type'] = 'application/json';
		return Promise.resolve();
	});
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
	app.addContentTypeParser('multipart/form-data', (_request, _body, done) => done(null));
}

/**
 * Streams a form's files to disk and hashes them. The form is read before the token is checked. Keeps nothing if it
 * throws.
 * @throws {SpeedyFilesError} if the form cannot be read; or the stream's error
 */
export async function receiveForm(request: FastifyRequest, blobs: Blobs): Promise<FileParts> {
	const type = request.headers['content-type'] ?? '';
	if (!/^multipart\/form-data\s*(?:;|$)/i.test(type)) return plainForm(request);
	const boundary = parametersOf(type).get('boundary');
	if (boundary === undefined) throw new SpeedyFilesError(400, 'Missing boundary in multipart.');
	const parts: FileParts = [];
	const count = { files: 0, fields: 0 };
	try {
		for await (const part of readParts(request.raw, boundary)) {
			countPart(count, part);
			if (part.filename === undefined) {
				const value = await readField(part.body);
				if (part.name === 'file') parts.push(value);
			} else if (part.name === 'file') {
				const received = await receiveFile(part.body, blobs);
				parts.push({ ...received, name: part.filename, type: part.type });
			} else await ignore(part.body);
		}
	} catch (error) {
		// Python's parser does not require an end: it ignores a part that is incomplete.
		if (error instanceof IncompletePartError) return parts;
		await discard(parts, blobs);
		if (error instanceof FormSyntaxError)
			throw new SpeedyFilesError(400, error.detail ?? UNREADABLE);
		throw error;
	}
	return parts;
}

function countPart(count: { files: number; fields: number }, { filename }: FormPart): void {
	if (filename === undefined) count.fields += 1;
	else count.files += 1;
	if (count.files > MAX_FILES)
		throw new FormSyntaxError(`Too many files. Maximum number of files is ${MAX_FILES}.`);
	if (count.fields > MAX_FIELDS)
		throw new FormSyntaxError(`Too many fields. Maximum number of fields is ${MAX_FIELDS}.`);
}

async function readField(body: AsyncIterable<Buffer>): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body) {
		size += chunk.length;
		if (size > MAX_FIELD_BYTES) throw new FormSyntaxError('Part exceeded maximum size of 1024KB.');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

async function ignore(body: AsyncIterable<Buffer>): Promise<void> {
	for await (const chunk of body) void chunk;
}

/**
 * Returns the form's file. If there are several, FastAPI uses the last.
 * @throws {ValidationError} if there is none, or a string in its place
 */
export function requireFile(parts: FileParts): Upload {
	const last = parts.at(-1);
	if (last === undefined) throw missing('body', 'file');
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

async function receiveFile(
	source: AsyncIterable<Buffer>,
	blobs: Blobs,
): Promise<Omit<Upload, 'name' | 'type'>> {
	const hash = createHash('sha256');
	const started = performance.now();
	const { id: blob, size } = await blobs.write(Readable.from(hashed(source, hash)));
	const durationMs = Math.floor(performance.now() - started);
	return { blob, size, sha256: hash.digest('hex'), durationMs };
}

async function* hashed(source: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
	for await (const chunk of source) {
		hash.update(chunk);
		yield chunk;
	}
}
