import type { FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Blobs } from '../../core/blobs.mts';
import { FormRefused, readForm } from '../../core/form.mts';
import type { Settings } from '../../core/settings.mts';
import { base64Decoder } from './base64.mts';
import { Refused } from './error.mts';
import type { Arrived } from './files.mts';
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
const LONGEST_FORM = 64 * 1024;

/** What a request brings: a URL to fetch, or bytes to be received. */
export type Incoming =
	| { kind: 'url'; url: string; fields: Readonly<Record<string, unknown>> }
	| { kind: 'bytes'; form: 'raw' | 'multipart'; stream: Readable; type?: string };

/**
 * Finds out what a request brings; bytes are not read yet.
 * @throws Refused for a form that the setting does not let through
 */
export async function incoming(request: FastifyRequest, settings: Settings): Promise<Incoming> {
	const accepted = ACCEPTED[settings.get('uploadBody')];
	const type = (request.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
	const announced = TYPES[type] ?? 'raw';
	// A JSON file is a file like another, unless JSON can name a URL.
	const form = announced === 'json' && !accepted.includes('json') ? 'raw' : announced;
	if (!accepted.includes(form)) {
		throw new Refused(400, `A body of type ${type === '' ? 'none' : type} is not accepted here`);
	}
	const bytes = { kind: 'bytes', stream: request.raw, type: mediaType(type) } as const;
	if (form === 'multipart') return { ...bytes, form };
	if (form === 'raw') return { ...bytes, form };
	const { text, whole } = await beginning(request.raw);
	const fields = text === undefined ? undefined : fieldsIn(text, form);
	if (typeof fields?.url === 'string' && fields.url !== '') {
		return { kind: 'url', url: fields.url, fields };
	}
	// In a form that carries a URL alone, a body without one is a mistake, not a file.
	if (form === 'formUrl' || !accepted.includes('raw')) throw new Refused(400, 'url is required');
	return { ...bytes, form: 'raw', stream: whole };
}

/** The body as text if it is short, and the same bytes again as a stream. */
async function beginning(body: Readable): Promise<{ text?: string; whole: Readable }> {
	const chunks: Buffer[] = [];
	let length = 0;
	const rest = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
	for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
		chunks.push(next.value);
		length += next.value.length;
		if (length > LONGEST_FORM) break;
	}
	const whole = Readable.from(
		(async function* () {
			yield* chunks;
			for (let next = await rest.next(); next.done !== true; next = await rest.next())
				yield next.value;
		})(),
	);
	return {
		text: length > LONGEST_FORM ? undefined : Buffer.concat(chunks).toString('utf8'),
		whole,
	};
}

function fieldsIn(text: string, form: Form): Record<string, unknown> | undefined {
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
export async function receive(
	request: FastifyRequest,
	body: Extract<Incoming, { kind: 'bytes' }>,
	blobs: Blobs,
	{ base64 = false } = {},
): Promise<Arrived> {
	const arrived = await arrivedIn(request, body, blobs);
	if (!base64) return arrived;
	try {
		const blob = await blobs.write(blobs.read(arrived.blob.id).pipe(base64Decoder()));
		return { ...arrived, blob };
	} finally {
		await blobs.remove([arrived.blob.id]);
	}
}

async function arrivedIn(
	request: FastifyRequest,
	{ form, stream, type }: Extract<Incoming, { kind: 'bytes' }>,
	blobs: Blobs,
): Promise<Arrived> {
	try {
		if (form === 'raw') return { blob: await blobs.write(stream), mimetype: type };
		return await fileIn(request, blobs);
	} catch (error) {
		// What the disk says is the sandbox's trouble; what the connection says is the client's.
		const broken = request.raw.errored !== null || error instanceof FormRefused;
		throw broken ? new Refused(400, 'The upload arrived incomplete') : error;
	}
}

async function fileIn(request: FastifyRequest, blobs: Blobs): Promise<Arrived> {
	const { files } = await readForm(request, blobs);
	const file = files.find(({ field }) => field === 'fileUpload') ?? files.at(0);
	const others = file && file.name.length <= 1000 ? files.filter((each) => each !== file) : files;
	await blobs.remove(others.map(({ blob }) => blob));
	if (!file) throw new Refused(400, 'fileUpload is required');
	if (others === files) throw new Refused(400, 'Invalid filename');
	const { blob: id, size, name, type } = file;
	return { blob: { id, size }, filename: name || undefined, mimetype: type };
}

function mediaType(text: string): string | undefined {
	return isMediaType(text) ? text : undefined;
}
