import type { FastifyInstance } from 'fastify';
import { download } from '../../core/download.mts';
import { Fields } from '../../core/fields.mts';
import { reportedSize } from '../../core/faultyValues.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import { isoSeconds } from '../../core/time.mts';
import type { Account } from './account.mts';
import { errorBody } from './error.mts';
import { createdBody, SORTS } from './files.mts';

type Route = { Params: { id: string } };

/** Files App docs: Get File, List Files, Delete File. */
export function fileRoutes(
	app: FastifyInstance,
	context: ServiceContext,
	{ files }: Account,
): void {
	rejectOtherMethods(app, errorBody, '/files', ['GET']);
	rejectOtherMethods(app, errorBody, '/files/:id', ['GET', 'DELETE']);

	app.get('/files', (request) => {
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

	app.get<Route>('/files/:id', async (request, reply) => {
		const file = files.get(request.params.id);
		if (Fields.ofQuery(request.query).boolean('download'))
			return await download(reply, context, file);
		return {
			...createdBody(file, reportedSize(request, file.size)),
			mime_type: file.type,
			updated_at: isoSeconds(new Date(file.updatedAt)),
		};
	});

	app.delete<Route>('/files/:id', async (request) => {
		await files.remove(files.get(request.params.id));
		return { deleted: true };
	});
}
