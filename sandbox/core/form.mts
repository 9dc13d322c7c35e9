import fastifyMultipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Blobs, TooLargeError } from './blobs.mts';
import { codeOf } from './sandboxError.mts';

/** Maximum size of a form in addition to its file, in bytes. */
const MAX_FORM_OVERHEAD = 1024 * 1024;

export interface FormFile {
	/** The name of the form field. */
	field: string;
	/** The ID of the stored bytes. */
	blob: string;
	/** As sent by the client: any string; empty if the part has no file name. */
	name: string;
	/** Bytes. */
	size: number;
	/** The media type, as sent by the client. */
	type: string;
}

export interface Form {
	/** The last value of each text field. */
	fields: ReadonlyMap<string, string>;
	files: readonly FormFile[];
}

/** Thrown for a body that is not a multipart form or is incomplete. */
export class FormError extends Error {
	readonly reason: 'notMultipart' | 'incomplete';

	constructor(reason: FormError['reason']) {
		super(reason);
		this.reason = reason;
	}
}

/** Enables multipart forms for an origin: use `readForm` in a route. */
export async function parseForms(app: FastifyInstance): Promise<void> {
	await app.register(fastifyMultipart, {
		// Keep names as sent; they are never used as file names on disk.
		preservePath: true,
		limits: { fileSize: Infinity, files: 100, fields: 20, fieldSize: 10_000 },
	});
}

/**
 * Streams the files of a multipart form to disk, each of at most `limit` bytes, and reads its fields. Keeps nothing if
 * it throws.
 * @throws {FormError}
 * @throws {TooLargeError} or an error of the disk
 */
export async function readForm(
	request: FastifyRequest,
	blobs: Blobs,
	limit = Infinity,
): Promise<Form> {
	if (!request.isMultipart()) throw new FormError('notMultipart');
	// Reject an oversized body immediately instead of reading all of it.
	if (Number(request.headers['content-length']) > limit + MAX_FORM_OVERHEAD)
		throw new TooLargeError();
	const fields = new Map<string, string>();
	const files: FormFile[] = [];
	try {
		for await (const part of request.parts()) {
			if (part.type === 'file') files.push(await readFile(part, blobs, limit));
			else fields.set(part.fieldname, String(part.value));
		}
	} catch (error) {
		await blobs.remove(files.map(({ blob }) => blob));
		// Errors of the multipart parser have no code; those of the disk and of the HTTP library do.
		if (error instanceof TooLargeError || codeOf(error) !== undefined) throw error;
		throw new FormError('incomplete');
	}
	return { fields, files };
}

async function readFile(part: MultipartFile, blobs: Blobs, limit: number): Promise<FormFile> {
	const { id: blob, size } = await blobs.write(part.file, limit);
	const { fieldname: field, mimetype } = part;
	return { field, blob, name: nameOf(part.filename ?? ''), size, type: typeOf(mimetype) };
}

/**
 * Returns the file's original name. Browsers percent-encode three characters (HTML Standard, multipart/form-data
 * encoding algorithm); the rest is UTF-8.
 */
function nameOf(filename: string): string {
	const decoded = filename.replace(/%(22|0D|0A)/gi, (_match, code: string) =>
		String.fromCharCode(parseInt(code, 16)),
	);
	return Buffer.from(decoded, 'utf8').toString('utf8');
}

/** Returns the client's media type if it is valid. */
export function typeOf(type: string): string {
	return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type.toLowerCase() : 'application/octet-stream';
}
