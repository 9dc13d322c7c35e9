import type { FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Blobs } from '../../core/blobs.mts';
import { FormError, readForm } from '../../core/form.mts';
import type { Settings } from '../../core/settings.mts';
import { base64Decoder } from './base64.mts';
import { FilestackError } from './error.mts';
import type { ReceivedFile } from './files.mts';
import { isMediaType } from './storeOptions.mts';

/** The four ways in which documents and clients of Filestack put a file into a request. */
type Form = 'raw' | 'formUrl' | 'multipart' | 'json';

/** Which of them the setting `uploadBody` lets through. */
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

/** Bytes of a form or of JSON that names a URL. */
const MAX_FORM_BYTES = 64 * 1024;

/** What a request brings: a URL to fetch, or bytes to be received. */
export type RequestBody =
	| { kind: 'url'; url: string; fields: Readonly<Record<string, unknown>> }
	| { kind: 'bytes'; form: 'raw' | 'multipart'; stream: Readable; type?: string };

/**
 * Finds out what a request brings; bytes are not read yet.
 * @throws Refused for a form that the setting does not let through
 */
export async function parseBody(request: FastifyRequest, settings: Settings): Promise<RequestBody> {
	const accepted = ACCEPTED[settings.get('uploadBody')];
	const type = (request.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
	const announced = TYPES[type] ?? 'raw';
	// A JSON file is a file like another, unless JSON can name a URL.
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
	// In a form that carries a URL alone, a body without one is a mistake, not a file.
	if (form === 'formUrl' || !accepted.includes('raw'))
		throw new FilestackError(400, 'url is required');
	return { ...bytes, form: 'raw', stream: whole };
}

/** The body as text if it is short, and the same bytes again as a stream. */
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
 * Streams the bytes of a request to disk. Of a multipart form it takes the file `fileUpload` (as older docs and the
 * Python SDK call it) or the first one.
 * @throws Refused when they break off or, with `base64`, are not base64
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
		// What the disk says is the sandbox's trouble; what the connection says is the client's.
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
