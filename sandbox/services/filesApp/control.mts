import type { FastifyInstance } from 'fastify';
import { Fields, required } from '../../core/fields.mts';
import type { Files } from './files.mts';
import { validName } from './names.mts';

/** Simulates changes in the web app: POST /api/services/filesApp/rename {id, name} modifies a file. */
export function controlRoutes(app: FastifyInstance, files: Files): void {
	app.post('/rename', async (request) => {
		const fields = Fields.ofJson(request.body);
		const name = validName('name', fields.string('name'));
		return await files.rename(required('id', fields.string('id')), name);
	});
}
