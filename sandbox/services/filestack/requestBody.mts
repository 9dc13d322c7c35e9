import type { FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Blobs } from '../../core/blobs.mts';
import { FormError, readForm } from '../../core/form.mts';
import type { Settings } from '../../core/settings.mts';
import { base64Decoder } from './base64.mts';
import { FilestackError } from './error.mts';
import type { ReceivedFile } from './files.mts';
import { isMediaType } from './storeOptions.mts';

/** The four ways in which Filestack's documentation and clients send a file. */
type Form = 'raw' | 'formUrl' | 'multipart' | 'json';

/** The ways accepted for each value of the setting `uploadBody`. */
const ACCEPTED: Readonly<Record<string, readonly Form[]>> = {
	// Filestack docs, File API: curl with --data-binary, and with -d url=….
	documented: ['raw', 'formUrl'],
	raw: ['raw'],
	formUrl: ['formUrl'],
	multipart: ['multipart'],
	json: ['json'],
	any: ['raw', 'formUrl', 'multipart', 'json'],
};

const TYPES: Readonly<Record<string, Form>> = {
	'multipart/form-data': 'multipart',
	'application/x-www-form-urlencoded': 'formUrl',
	'application/json': 'json',
};

/** Maximum size of a form or JSON that contains a URL, in bytes. */
const MAX_FORM_BYTES = 64 * 1024;

/** The content of a request: a URL to download, or bytes. */
export type RequestBody =
	| { kind: 'url'; url: string; fields: Readonly<Record<string, unknown>> }
	| { kind: 'bytes'; form: 'raw' | 'multipart'; stream: Readable; type?: string };

/**
 * Determines the content of a request without reading its bytes.
 * @throws {FilestackError} for a type that the setting does not accept
 */
export async function parseBody(request: FastifyRequest, settings: Settings): Promise<RequestBody> {
	const accepted = ACCEPTED[settings.get('uploadBody')];
	const type = (request.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
	const announced = TYPES[type] ?? 'raw';
	// JSON is an ordinary file, unless the setting allows JSON with a URL.
	const form = announced === 'json' && !accepted.includes('json') ? 'raw' : announced;
	if (!accepted.includes(form)) {
		throw new FilestackError(
			400,
			`A body of type ${type === '' ? 'none' : type} is not accepted here`,
		);
	}
	const bytes = { kind: 'bytes', stream: request.raw, type: mediaType(type) } as const;
	if (form === 'multipart') return { ...bytes, form };
	if (form === 'raw') return { ...bytes, form };
	const { text, whole } = await readBeginning(request.raw);
	const fields = text === undefined ? undefined : parseFields(text, form);
	if (typeof fields?.url === 'string' && fields.url !== '') {
		return { kind: 'url', url: fields.url, fields };
	}
	// A form must contain a URL; its body is not a file.
	if (form === 'formUrl' || !accepted.includes('raw'))
		throw new FilestackError(400, 'url is required');
	return { ...bytes, form: 'raw', stream: whole };
}

/** Returns a short body as text, and a stream that contains the complete body in any case. */
async function readBeginning(body: Readable): Promise<{ text?: string; whole: Readable }> {
	const chunks: Buffer[] = [];
	let length = 0;
	const rest = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
	for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
		chunks.push(next.value);
		length += next.value.length;
		if (length > MAX_FORM_BYTES) break;
	}
	const whole = Readable.from(
		(async function* () {
			yield* chunks;
			for (let next = await rest.next(); next.done !== true; next = await rest.next())
				yield next.value;
		})(),
	);
	return {
		text: length > MAX_FORM_BYTES ? undefined : Buffer.concat(chunks).toString('utf8'),
		whole,
	};
}

function parseFields(text: string, form: Form): Record<string, unknown> | undefined {
	if (form === 'formUrl') return Object.fromEntries(new URLSearchParams(text));
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? { ...value } : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Streams the bytes of a request to disk. Takes the file `fileUpload` of a multipart form (the name in older docs and
 * the Python SDK) or else the first one.
 * @throws {FilestackError} if the body is incomplete or, with `base64`, not base64
 */
export async function storeBody(
	request: FastifyRequest,
	body: Extract<RequestBody, { kind: 'bytes' }>,
	blobs: Blobs,
	{ base64 = false } = {},
): Promise<ReceivedFile> {
	const arrived = await storeBytes(request, body, blobs);
	if (!base64) return arrived;
	try {
		const blob = await blobs.write(blobs.read(arrived.blob.id).pipe(base64Decoder()));
		return { ...arrived, blob };
	} finally {
		await blobs.remove([arrived.blob.id]);
	}
}

async function storeBytes(
	request: FastifyRequest,
	{ form, stream, type }: Extract<RequestBody, { kind: 'bytes' }>,
	blobs: Blobs,
): Promise<ReceivedFile> {
	try {
		if (form === 'raw') return { blob: await blobs.write(stream), mimetype: type };
		return await storeFormFile(request, blobs);
	} catch (error) {
		// Errors of the connection are the client's; errors of the disk are the sandbox's.
		const broken = request.raw.errored !== null || error instanceof FormError;
		throw broken ? new FilestackError(400, 'The upload arrived incomplete') : error;
	}
}

async function storeFormFile(request: FastifyRequest, blobs: Blobs): Promise<ReceivedFile> {
	const { files } = await readForm(request, blobs);
	const file = files.find(({ field }) => field === 'fileUpload') ?? files.at(0);
	const others = file && file.name.length <= 1000 ? files.filter((each) => each !== file) : files;
	await blobs.remove(others.map(({ blob }) => blob));
	if (!file) throw new FilestackError(400, 'fileUpload is required');
	if (others === files) throw new FilestackError(400, 'Invalid filename');
	const { blob: id, size, name, type } = file;
	return { blob: { id, size }, filename: name || undefined, mimetype: type };
}

function mediaType(text: string): string | undefined {
	return isMediaType(text) ? text : undefined;
}
