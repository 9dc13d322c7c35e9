import type { FastifyInstance } from 'fastify';
import { InvalidField, Fields, required } from '../../core/fields.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import { errorBody, FileShotError } from './error.mts';

const config = { dialect: 'desktop' } as const;

/**
 * The account calls of fileshot-desktop (scripts/upload-desktop-builds.js, src/lib/tier.ts); none of them is
 * documented.
 */
export function accountRoutes(
	app: FastifyInstance,
	{ settings }: ServiceContext,
	{ files, folders }: Account,
): void {
	app.get('/auth/me', { config }, () => ({
		user: { email: 'owner@sandbox.example', tier: settings.get('tier') },
	}));
	app.get('/files/usage', { config }, () => ({
		usage: files.all().reduce((sum, { size }) => sum + size, 0),
		limit: null,
		tier: settings.get('tier'),
	}));

	app.get('/folders/', { config }, () => ({
		folders: folders.all().map(({ id, name, parentId }) => ({ folderId: id, name, parentId })),
	}));
	app.post('/folders/', { config }, async (request) => {
		const fields = Fields.ofJson(request.body);
		const parentId = fields.string('parentId');
		if (parentId !== undefined && !folders.get(parentId))
			throw new FileShotError(404, 'No such folder');
		const folder = await folders.create(required('name', fields.string('name', 255)), parentId);
		return { folderId: folder.id };
	});
	app.delete<{ Params: { id: string } }>('/folders/:id', { config }, async (request) => {
		const folder = folders.get(request.params.id);
		if (!folder) throw new FileShotError(404, 'No such folder');
		await folders.remove(folder);
		await files.move(
			files.all().filter(({ folderId }) => folderId === folder.id),
			undefined,
		);
		return { success: true };
	});
	app.post('/files/move', { config }, async (request) => {
		const fields = Fields.ofJson(request.body);
		const { fileIds } = request.body as { fileIds?: unknown };
		if (!Array.isArray(fileIds)) throw new InvalidField('fileIds must be a list');
		const folderId = fields.string('folderId');
		if (folderId !== undefined && !folders.get(folderId))
			throw new FileShotError(404, 'No such folder');
		await files.move(
			fileIds.map((id) => files.get(String(id))),
			folderId,
		);
		return { success: true };
	});
	for (const path of ['/auth/me', '/files/usage'])
		rejectOtherMethods(app, errorBody, path, ['GET']);
	rejectOtherMethods(app, errorBody, '/folders/', ['GET', 'POST']);
	rejectOtherMethods(app, errorBody, '/folders/:id', ['DELETE']);
	rejectOtherMethods(app, errorBody, '/files/move', ['POST']);
}
