import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { type Blob, TooLargeError } from '../../core/blobs.mts';
import { Fields, required } from '../../core/fields.mts';
import { readForm } from '../../core/form.mts';
import { typeOfName } from '../../core/mediaTypes.mts';
import {
	body,
	exactly,
	inPath,
	integer,
	json,
	open,
	OPTIONAL_BODY,
	text,
} from '../../core/openapi.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import { errorBody, FileShotError } from './error.mts';
import { validName, readOptions } from './options.mts';
import { binary, done, errors, FILE_ID, id, positive, uploaded } from './schemas.mts';
import { currentTier } from './tiers.mts';
import type { Upload } from './uploads.mts';

const CHUNK = '/files/upload-chunk/:fileId/:chunkIndex';
const FINALIZE = '/files/finalize-upload/:fileId';

/** More chunks than this can only be a mistake. */
const MAX_CHUNKS = 1_000_000;

/** FileShot docs, Upload Chunk, and the calls that fileshot-desktop uses instead (src-tauri/src/services/upload.rs). */
export function chunkRoutes(app: FastifyInstance, context: ServiceContext, account: Account): void {
	rejectOtherMethods(app, errorBody, CHUNK, ['POST']);
	startRoutes(app, context, account);
	chunkRoute(app, context, account);
	rejectOtherMethods(app, errorBody, FINALIZE, ['POST']);
	app.post<{ Params: { fileId: string } }>(
		FINALIZE,
		{ config: { dialect: 'desktop' }, schema: finalizeSchema },
		async (request) => {
			const upload = account.uploads.get(request.params.fileId);
			const file = upload.isDone
				? account.files.get(upload.id)
				: await account.uploads.complete(upload);
			// The desktop app ignores this response.
			return account.responses.uploaded(request, file);
		},
	);
}

const finalizeSchema = {
	summary: 'Complete a chunked upload',
	description:
		'Only the desktop app sends this; according to the docs, the last chunk completes the upload.',
	...FILE_ID,
	response: { ...errors, 200: uploaded },
};

/** The two ways to start an upload, by API profile. */
const starts = {
	documented: {
		path: '/files/init-upload',
		schema: {
			summary: 'Start a chunked upload',
			description: 'The docs do not describe the body.',
			...startBody([]),
			...OPTIONAL_BODY,
			response: startResponses(),
		},
	},
	desktop: {
		path: '/files/pre-upload',
		schema: {
			summary: 'Start a chunked upload (desktop app)',
			...startBody(['fileName', 'fileSize']),
			response: startResponses(),
		},
	},
};

function startBody(required: string[]): { body: object } {
	const names = { fileName: text, fileSize: integer };
	const optional = Object.keys(names).filter((name) => !required.includes(name));
	return body({ 'application/json': open(names, optional) });
}

function startResponses(): Record<string, object> {
	const started = exactly({ success: done, fileId: id, chunkSize: positive }, ['chunkSize']);
	return { ...errors, 200: json(started, 'The upload, whose ID the file will have') };
}

function startRoutes(
	app: FastifyInstance,
	{ settings }: ServiceContext,
	{ files, uploads }: Account,
): void {
	for (const dialect of ['documented', 'desktop'] as const) {
		const { path, schema } = starts[dialect];
		rejectOtherMethods(app, errorBody, path, ['POST']);
		app.post(path, { config: { dialect, isUpload: true }, schema }, async (request) => {
			// The docs do not describe the body of init-upload; pre-upload sends booleans as strings.
			const fields = Fields.ofJson(request.body ?? {}, { texts: true });
			const given = fields.string('fileName') ?? fields.string('filename');
			const size =
				fields.integer('fileSize', 0, Number.MAX_SAFE_INTEGER) ??
				fields.integer('size', 0, Number.MAX_SAFE_INTEGER);
			if (dialect === 'desktop') required('fileSize', size);
			if ((size ?? 0) > currentTier(settings).maxFileBytes) throw new FileShotError(413);
			const isNamed = dialect === 'desktop' || given !== undefined;
			const name = isNamed ? validName('fileName', given) : 'file';
			const type = fields.string('originalMimeType', 255) ?? fields.string('mimeType', 255);
			const upload = await uploads.start({
				...readOptions(fields, settings, files),
				name: fields.string('originalFileName') || name,
				type: typeOf(type) ?? typeOfName(name),
				size,
				count: fields.integer('totalChunks', 1, MAX_CHUNKS),
			});
			const announced = upload.chunkSize > 0 && { chunkSize: upload.chunkSize };
			return { success: true, fileId: upload.id, ...announced };
		});
	}
}

const chunkSchema = {
	summary: 'Upload a chunk',
	description: 'Raw according to the docs; the desktop app sends a form.',
	...inPath({ fileId: 'The ID of the upload', chunkIndex: 'From 0' }),
	...body({ 'application/octet-stream': binary, 'multipart/form-data': open({ chunk: binary }) }),
	response: {
		...errors,
		200: json(exactly({ success: done, fileId: id, chunkIndex: integer }), 'The chunk is stored'),
	},
};

function chunkRoute(app: FastifyInstance, context: ServiceContext, { uploads }: Account): void {
	const { blobs, settings } = context;
	type Route = { Params: { fileId: string; chunkIndex: string } };
	app.post<Route>(CHUNK, { schema: chunkSchema }, async (request) => {
		const upload = uploads.get(request.params.fileId);
		const last = (upload.count ?? MAX_CHUNKS) - 1;
		const index = required(
			'chunkIndex',
			Fields.ofQuery(request.params).integer('chunkIndex', 0, last),
		);
		const { chunk, count } = await readChunk(request, context, index);
		const thanks = { success: true, fileId: upload.id, chunkIndex: index };
		// Another request may have completed the upload in the meantime.
		if (upload.isDone) {
			await blobs.remove([chunk.id]);
			return thanks;
		}
		upload.count ??= count;
		await uploads.addChunk(upload, index, chunk);
		checkTotal(upload, currentTier(settings).maxFileBytes);
		// The desktop app always finalizes an upload; the docs have no such call.
		if (settings.get('dialect') === 'desktop' || upload.isDone) return thanks;
		if (uploads.isComplete(upload)) await uploads.complete(upload);
		else if (upload.count === undefined && upload.size === undefined)
			await uploads.publishSoFar(upload);
		return thanks;
	});
}

/** Reads the chunk, raw or from a form, depending on the API profile. A form may contain the number of chunks. */
async function readChunk(
	request: FastifyRequest,
	{ blobs, settings }: ServiceContext,
	index: number,
): Promise<{ chunk: Blob; count?: number }> {
	const dialect = settings.get('dialect');
	const largest = settings.number('chunkSize') || settings.number('maxUploadBytes');
	if (!request.isMultipart()) {
		if (dialect === 'desktop')
			throw new FileShotError(415, 'Content-Type must be multipart/form-data');
		// Requests without a body have no type.
		const type = request.headers['content-type'] ?? '';
		if (!type.startsWith('application/octet-stream')) {
			throw new FileShotError(415, 'Content-Type must be application/octet-stream');
		}
		if (Number(request.headers['content-length']) > largest) throw new TooLargeError();
		return { chunk: await blobs.write(request.body as Readable, largest) };
	}
	if (dialect === 'documented') {
		throw new FileShotError(415, 'Content-Type must be application/octet-stream');
	}
	const form = await readForm(request, blobs, largest);
	try {
		const part = required(
			'chunk',
			form.files.find(({ field }) => field === 'chunk'),
		);
		const fields = Fields.ofForm(form.fields);
		const isLast = fields.boolean('isLastChunk') ?? false;
		const count = fields.integer('totalChunks', index + 1, MAX_CHUNKS);
		const others = form.files.filter((other) => other !== part);
		await blobs.remove(others.map(({ blob }) => blob));
		return {
			chunk: { id: part.blob, size: part.size },
			count: count ?? (isLast ? index + 1 : undefined),
		};
	} catch (error) {
		await blobs.remove(form.files.map(({ blob }) => blob));
		throw error;
	}
}

function checkTotal({ chunks }: Upload, maxFileBytes: number): void {
	const size = Object.values(chunks).reduce((sum, chunk) => sum + chunk.size, 0);
	if (size > maxFileBytes) throw new FileShotError(413);
}

function typeOf(text: string | undefined): string | undefined {
	return text !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(text) ? text.toLowerCase() : undefined;
}
