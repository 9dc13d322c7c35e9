import type { FastifyInstance } from 'fastify';
import { InvalidField, Fields, required } from '../../core/fields.mts';
import {
	body,
	exactly,
	inPath,
	integer,
	json,
	listOf,
	open,
	orNull,
	text,
} from '../../core/openapi.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import { errorBody, FileShotError } from './error.mts';
import { errors, success } from './schemas.mts';

const config = { dialect: 'desktop' } as const;

const schemas = {
	me: {
		summary: 'Get the user of the key',
		response: {
			...errors,
			200: json(exactly({ user: exactly({ email: text, tier: text }) }), 'The user'),
		},
	},
	usage: {
		summary: 'Get the used storage',
		response: {
			...errors,
			200: json(exactly({ usage: integer, limit: orNull(integer), tier: text }), 'Bytes'),
		},
	},
	listFolders: {
		summary: 'List folders',
		response: {
			...errors,
			200: json(
				exactly({
					folders: listOf(exactly({ folderId: text, name: text, parentId: text }, ['parentId'])),
				}),
				'All folders',
			),
		},
	},
	createFolder: {
		summary: 'Create a folder',
		...body({ 'application/json': open({ name: text, parentId: text }, ['parentId']) }),
		response: { ...errors, 200: json(exactly({ folderId: text }), 'The new folder') },
	},
	deleteFolder: {
		summary: 'Delete a folder',
		description: 'Its files are kept.',
		...inPath({ id: 'The folder’s ID' }),
		response: { ...errors, 200: success },
	},
	moveFiles: {
		summary: 'Move files to a folder, or out of all folders',
		...body({
			'application/json': open({ fileIds: listOf(text), folderId: text }, ['folderId']),
		}),
		response: { ...errors, 200: success },
	},
};

/**
 * The account calls of fileshot-desktop (scripts/upload-desktop-builds.js, src/lib/tier.ts); none of them is
 * documented.
 */
export function accountRoutes(
	app: FastifyInstance,
	{ settings }: ServiceContext,
	{ files, folders }: Account,
): void {
	app.get('/auth/me', { config, schema: schemas.me }, () => ({
		user: { email: 'owner@sandbox.example', tier: settings.get('tier') },
	}));
	app.get('/files/usage', { config, schema: schemas.usage }, () => ({
		usage: files.all().reduce((sum, { size }) => sum + size, 0),
		limit: null,
		tier: settings.get('tier'),
	}));

	app.get('/folders/', { config, schema: schemas.listFolders }, () => ({
		folders: folders.all().map(({ id, name, parentId }) => ({ folderId: id, name, parentId })),
	}));
	app.post('/folders/', { config, schema: schemas.createFolder }, async (request) => {
		const fields = Fields.ofJson(request.body);
		const parentId = fields.string('parentId');
		if (parentId !== undefined && !folders.get(parentId))
			throw new FileShotError(404, 'No such folder');
		const folder = await folders.create(required('name', fields.string('name', 255)), parentId);
		return { folderId: folder.id };
	});
	const deletion = { config, schema: schemas.deleteFolder };
	app.delete<{ Params: { id: string } }>('/folders/:id', deletion, async (request) => {
		const folder = folders.get(request.params.id);
		if (!folder) throw new FileShotError(404, 'No such folder');
		await folders.remove(folder);
		await files.move(
			files.all().filter(({ folderId }) => folderId === folder.id),
			undefined,
		);
		return { success: true };
	});
	app.post('/files/move', { config, schema: schemas.moveFiles }, async (request) => {
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
