import type { FastifyInstance } from 'fastify';
import { Fields, required } from '../../core/fields.mts';
import { readForm } from '../../core/form.mts';
import { reportedSize } from '../../core/faultyValues.mts';
import {
	body,
	each,
	exactly,
	flag,
	integer,
	isoSecond,
	json,
	open,
	text,
} from '../../core/openapi.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import { isoSeconds } from '../../core/time.mts';
import type { Account } from './account.mts';
import { errorBody, FilesAppError } from './error.mts';
import { createdBody } from './files.mts';
import { validName } from './names.mts';
import { binary, created, CREATED, errors, positive } from './schemas.mts';

/** More chunks than this can only be a mistake. */
const MAX_CHUNKS = 1_000_000;

/** Files App docs, Upload Chunks: init, one request per chunk, complete. */
export function chunkRoutes(app: FastifyInstance, context: ServiceContext, account: Account): void {
	for (const path of ['/chunks', '/chunks/init', '/chunks/complete']) {
		rejectOtherMethods(app, errorBody, path, ['POST']);
	}
	initRoute(app, context, account);
	chunkRoute(app, context, account);
	app.post('/chunks/complete', { schema: completeSchema }, async (request, reply) => {
		const fields = Fields.ofJson(request.body);
		const upload = account.uploads.get(required('upload_id', fields.string('upload_id')));
		const file = await account.uploads.complete(upload);
		reply.code(Number(context.settings.get('createdStatus')));
		return createdBody(file, reportedSize(request, file.size));
	});
}

const completeSchema = {
	summary: 'Complete a chunked upload',
	description: 'Merges the chunks into a file.',
	...body({ 'application/json': open({ upload_id: text }) }),
	response: { ...errors, ...each(CREATED, json(exactly(created), 'The new file')) },
};

const initSchema = {
	summary: 'Start a chunked upload',
	...body({
		'application/json': open(
			{
				filename: text,
				total_size: positive,
				total_chunks: positive,
				folder_id: text,
				encrypt: flag,
			},
			['folder_id', 'encrypt'],
		),
	}),
	response: {
		...errors,
		...each(
			CREATED,
			json(
				exactly({
					upload_id: { type: 'string', pattern: '^upl_' },
					chunk_size: positive,
					expires_at: isoSecond,
				}),
				'The upload; all chunks except the last have the size in bytes',
			),
		),
	},
};

function initRoute(app: FastifyInstance, { settings }: ServiceContext, { uploads }: Account): void {
	app.post('/chunks/init', { schema: initSchema }, async (request, reply) => {
		const fields = Fields.ofJson(request.body);
		const name = validName('filename', fields.string('filename'));
		const totalSize = required(
			'total_size',
			fields.integer('total_size', 1, Number.MAX_SAFE_INTEGER),
		);
		const totalChunks = required('total_chunks', fields.integer('total_chunks', 1, MAX_CHUNKS));
		if (totalSize > settings.number('maxFileBytes')) throw new FilesAppError(413);
		const encrypt = fields.boolean('encrypt') ?? true;
		const folderId = fields.string('folder_id', 100);
		// The docs list these two for single uploads only.
		const used = settings.get('chunkOptions') === 'used';
		const upload = await uploads.start({
			...{ name, totalSize, totalChunks },
			encrypted: used ? encrypt : true,
			...(used && { folderId }),
		});
		reply.code(Number(settings.get('createdStatus')));
		return {
			upload_id: upload.id,
			chunk_size: upload.chunkSize,
			expires_at: isoSeconds(new Date(upload.expiresAt)),
		};
	});
}

const chunkSchema = {
	summary: 'Upload a chunk',
	...body({
		'multipart/form-data': open({ upload_id: text, chunk_index: integer, data: binary }),
	}),
	response: {
		...errors,
		200: json(
			exactly({ chunk_index: integer, received: { type: 'boolean', enum: [true] } }),
			'The chunk is stored',
		),
	},
};

function chunkRoute(
	app: FastifyInstance,
	{ blobs, settings }: ServiceContext,
	{ uploads }: Account,
): void {
	app.post('/chunks', { schema: chunkSchema }, async (request) => {
		const form = await readForm(request, blobs, settings.number('chunkSize'));
		try {
			const fields = Fields.ofForm(form.fields);
			const upload = uploads.get(required('upload_id', fields.string('upload_id')));
			const last = upload.totalChunks - 1;
			const index = required('chunk_index', fields.integer('chunk_index', 0, last));
			const data = required(
				'data',
				form.files.find(({ field }) => field === 'data'),
			);
			await uploads.addChunk(upload, index, { id: data.blob, size: data.size });
			const others = form.files.filter(({ blob }) => blob !== data.blob);
			await blobs.remove(others.map(({ blob }) => blob));
			return { chunk_index: index, received: true };
		} catch (error) {
			await blobs.remove(form.files.map(({ blob }) => blob));
			throw error;
		}
	});
}
