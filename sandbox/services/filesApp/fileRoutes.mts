import type { FastifyInstance } from 'fastify';
import { download } from '../../core/download.mts';
import { Fields } from '../../core/fields.mts';
import { reportedSize } from '../../core/faultyValues.mts';
import {
	bytes,
	exactly,
	flag,
	inPath,
	integer,
	isoSecond,
	json,
	listOf,
	query,
	text,
} from '../../core/openapi.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import { isoSeconds } from '../../core/time.mts';
import type { Account } from './account.mts';
import { errorBody } from './error.mts';
import { createdBody, SORTS } from './files.mts';
import { created, error, errors, fileId, positive } from './schemas.mts';

type Route = { Params: { id: string } };

const ID = inPath({ id: 'The file’s ID' });

const listSchema = {
	summary: 'List files',
	...query({
		folder_id: text,
		page: positive,
		per_page: { ...positive, maximum: 100 },
		sort: { type: 'string', enum: SORTS },
	}),
	response: {
		...errors,
		200: json(
			exactly({
				files: listOf(exactly({ id: fileId, name: text, size: integer, created_at: isoSecond })),
				total: integer,
				page: positive,
				per_page: positive,
			}),
			'A page of files',
		),
	},
};

const getSchema = {
	summary: 'Get or download a file',
	...ID,
	...query({ download: flag }),
	response: {
		...errors,
		200: json(
			exactly({ ...created, mime_type: text, updated_at: isoSecond }),
			'The file’s metadata or, with download=true, its bytes',
		),
		206: bytes('A part of the file'),
		416: error(416, ['range_not_satisfiable']),
	},
};

const deleteSchema = {
	summary: 'Delete a file',
	...ID,
	response: {
		...errors,
		200: json(exactly({ deleted: { type: 'boolean', enum: [true] } }), 'The file is deleted'),
	},
};

/** Files App docs: Get File, List Files, Delete File. */
export function fileRoutes(
	app: FastifyInstance,
	context: ServiceContext,
	{ files }: Account,
): void {
	rejectOtherMethods(app, errorBody, '/files', ['GET']);
	rejectOtherMethods(app, errorBody, '/files/:id', ['GET', 'DELETE']);

	app.get('/files', { schema: listSchema }, (request) => {
		const fields = Fields.ofQuery(request.query);
		const page = fields.integer('page', 1, Number.MAX_SAFE_INTEGER) ?? 1;
		const perPage = fields.integer('per_page', 1, 100) ?? 20;
		const all = files.list(
			fields.oneOf('sort', SORTS) ?? 'created_at',
			fields.string('folder_id', 100),
		);
		return {
			files: all.slice((page - 1) * perPage, page * perPage).map((file) => ({
				id: file.id,
				name: file.name,
				size: reportedSize(request, file.size),
				created_at: isoSeconds(new Date(file.createdAt)),
			})),
			total: all.length,
			page,
			per_page: perPage,
		};
	});

	app.get<Route>('/files/:id', { schema: getSchema }, async (request, reply) => {
		const file = files.get(request.params.id);
		if (Fields.ofQuery(request.query).boolean('download'))
			return await download(reply, context, file);
		return {
			...createdBody(file, reportedSize(request, file.size)),
			mime_type: file.type,
			updated_at: isoSeconds(new Date(file.updatedAt)),
		};
	});

	app.delete<Route>('/files/:id', { schema: deleteSchema }, async (request) => {
		await files.remove(files.get(request.params.id));
		return { deleted: true };
	});
}
