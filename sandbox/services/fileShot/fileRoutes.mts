import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { download } from '../../core/download.mts';
import { Fields } from '../../core/fields.mts';
import { bytes, query, redirect } from '../../core/openapi.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import { cdnUrl } from './cdn.mts';
import { reportedFlag, sentBlob } from './encryptedDownloads.mts';
import { errorBody, FileShotError } from './error.mts';
import {
	errors,
	FILE_ID,
	inDesktopApp,
	info,
	list,
	positive,
	PUBLIC_ACCESS,
	success,
} from './schemas.mts';
import type { StoredFile } from './files.mts';

type Route = { Params: { fileId: string } };
const DOCUMENTED = { dialect: 'documented' } as const;
const DESKTOP = { dialect: 'desktop' } as const;
const PUBLIC = { access: 'public' } as const;

const infoSchema = {
	summary: 'Get file info',
	...FILE_ID,
	...PUBLIC_ACCESS,
	response: { ...errors, 200: info },
};

const deleteSchema = {
	summary: 'Delete a file',
	...FILE_ID,
	response: {
		...errors,
		200: success,
		204: { description: 'Done, in one of the formats of the settings', type: 'null' },
	},
};

const listSchema = {
	summary: 'List files',
	...query({ page: positive, limit: { ...positive, maximum: 100 } }),
	response: { ...errors, 200: list },
};

const listAllSchema = { summary: 'List all files (desktop app)', response: listSchema.response };

/** FileShot docs: Get File Info, Download File, Delete File, List My Files; and the desktop app's paths for them. */
export function fileRoutes(app: FastifyInstance, context: ServiceContext, account: Account): void {
	const { files, responses } = account;

	const describe = (request: FastifyRequest<Route>) =>
		responses.info(request, requireAccess(request, files.get(request.params.fileId)));
	app.get<Route>(
		'/files/:fileId',
		{ config: { ...DOCUMENTED, ...PUBLIC }, schema: infoSchema },
		describe,
	);
	app.get<Route>(
		'/files/info/:fileId',
		{ config: { ...DESKTOP, ...PUBLIC }, schema: inDesktopApp(infoSchema) },
		describe,
	);

	const remove = async (request: FastifyRequest<Route>, reply: FastifyReply) => {
		const file = files.find(request.params.fileId);
		if (!file) throw new FileShotError(404);
		await account.uploads.forget(file.id);
		await files.remove(file);
		switch (context.settings.get('deleteAnswer')) {
			case 'noContent':
				return await reply.code(204).send();
			case 'empty':
				return await reply.send();
			default:
				return { success: true };
		}
	};
	app.delete<Route>('/files/:fileId', { config: DOCUMENTED, schema: deleteSchema }, remove);
	app.delete<Route>(
		'/files/delete/:fileId',
		{ config: DESKTOP, schema: inDesktopApp(deleteSchema) },
		remove,
	);

	const listed = () => {
		const hidden = context.settings.get('expiredFiles') === 'hidden';
		return files.all().filter((file) => !hidden || !files.isExpired(file));
	};
	app.get('/files', { config: DOCUMENTED, schema: listSchema }, async (request, reply) => {
		const fields = Fields.ofQuery(request.query);
		const page = fields.integer('page', 1, Number.MAX_SAFE_INTEGER) ?? 1;
		const limit = fields.integer('limit', 1, 100) ?? 20;
		const all = listed();
		const shown = all.slice((page - 1) * limit, page * limit);
		return await reply.send(responses.list(request, shown, { page, limit, total: all.length }));
	});
	app.get('/files/my-files', { config: DESKTOP, schema: listAllSchema }, async (request, reply) => {
		const all = listed();
		const limit = Math.max(1, all.length);
		return await reply.send(responses.list(request, all, { page: 1, limit, total: all.length }));
	});

	downloadRoute(app, context, account);
	for (const path of ['/files', '/files/my-files', '/files/info/:fileId']) {
		rejectOtherMethods(app, errorBody, path, ['GET']);
	}
	rejectOtherMethods(app, errorBody, '/files/:fileId', ['GET', 'DELETE']);
	rejectOtherMethods(app, errorBody, '/files/delete/:fileId', ['DELETE']);
	rejectOtherMethods(app, errorBody, '/files/download/:fileId', ['GET']);
}

const downloadSchema = {
	summary: 'Download a file',
	...FILE_ID,
	...PUBLIC_ACCESS,
	response: {
		...errors,
		200: bytes('The file'),
		206: bytes('A part of the file'),
		302: redirect('The file on the CDN'),
	},
};

function downloadRoute(app: FastifyInstance, context: ServiceContext, { files }: Account): void {
	const schema = downloadSchema;
	app.get<Route>('/files/download/:fileId', { config: PUBLIC, schema }, async (request, reply) => {
		const file = requireAccess(request, files.get(request.params.fileId));
		if (reportedFlag(context, file)) reply.header('x-is-zero-knowledge', 'true');
		if (context.settings.get('download') === 'redirect') {
			return await reply.redirect(cdnUrl(file, context), 302);
		}
		const blob = await sentBlob(context, file, await files.blobOf(file));
		if (request.method === 'GET' && !request.headers.range) await files.countDownload(file);
		return await download(reply, context, { ...file, blob });
	});
}

/** FileShot docs, Get File Info: public files need no key. A file with a password or a price is not public. */
function requireAccess({ isOwner }: FastifyRequest, file: StoredFile): StoredFile {
	if (isOwner || !(file.passwordProtected || file.price !== undefined)) return file;
	throw new FileShotError(401, 'This file is not public');
}
