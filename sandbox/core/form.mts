import fastifyMultipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Blobs, TooLargeError } from './blobs.mts';
import { codeOf } from './sandboxError.mts';

/** What a form may have around its file, in bytes. */
const MAX_FORM_OVERHEAD = 1024 * 1024;

export interface FormFile {
	/** The form's field that it came in. */
	field: string;
	/** The stored bytes. */
	blob: string;
	/** As the sender has it, any text at all; empty when it has none. */
	name: string;
	/** Bytes. */
	size: number;
	/** Media type, as the sender says. */
	type: string;
}

export interface Form {
	/** The last value of each field that is no file. */
	fields: ReadonlyMap<string, string>;
	files: readonly FormFile[];
}

/** The body is no multipart form, or only a part of one. */
export class FormError extends Error {
	readonly reason: 'notMultipart' | 'incomplete';

	constructor(reason: FormError['reason']) {
		super(reason);
		this.reason = reason;
	}
}

/** Lets an origin take multipart forms: `readForm` in a route. */
export async function parseForms(app: FastifyInstance): Promise<void> {
	await app.register(fastifyMultipart, {
		// Names are kept as they come; nothing is ever stored under them.
		preservePath: true,
		limits: { fileSize: Infinity, files: 100, fields: 20, fieldSize: 10_000 },
	});
}

/**
 * Streams the files of a multipart form to disk, each of `limit` bytes at most, and reads its fields.
 * @throws FormRefused, TooLarge, or what the disk throws. Nothing is kept then.
 */
export async function readForm(
	request: FastifyRequest,
	blobs: Blobs,
	limit = Infinity,
): Promise<Form> {
	if (!request.isMultipart()) throw new FormError('notMultipart');
	// Nobody has to wait for the end of what is known to be too much.
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
		// The multipart parser's own errors have no code; those of the disk and of the HTTP library do.
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
 * The name as the sender's disk had it. Browsers write three characters of it in percent form (HTML Standard,
 * multipart/form-data encoding algorithm); the rest comes as UTF-8.
 */
function nameOf(filename: string): string {
	const decoded = filename.replace(/%(22|0D|0A)/gi, (_match, code: string) =>
		String.fromCharCode(parseInt(code, 16)),
	);
	return Buffer.from(decoded, 'utf8').toString('utf8');
}

/** The media type that the sender gave, if it is one. */
export function typeOf(type: string): string {
	return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type.toLowerCase() : 'application/octet-stream';
}
