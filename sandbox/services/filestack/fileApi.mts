import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseForms } from '../../core/form.mts';
import { reportedSize } from '../../core/faultyValues.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import {
	booleanParameter,
	type Requirement,
	authorize,
	signatureFrom,
	queryOf,
} from './access.mts';
import { sendFile } from './download.mts';
import { fileApiError, FilestackError } from './error.mts';
import * as schemas from './fileApiSchemas.mts';
import { extractHandle, type StoredFile } from './files.mts';
import { parseBody, storeBody } from './requestBody.mts';
import { readMetadata } from './metadata.mts';
import type { Instance } from './instance.mts';
import type { Permission } from './policy.mts';
import { fetchSource, removeOnFailure } from './storeFile.mts';
import { storeRoutes } from './storeApi.mts';

const FILE = '/api/file/:handle';
const METADATA = '/api/file/:handle/metadata';
const REMOVE = '/api/file/:handle/remove';

type Route = { Params: { handle: string } };

/** Filestack docs, File API: www.filestackapi.com/api. */
export async function fileApiRoutes(app: FastifyInstance, instance: Instance): Promise<void> {
	await parseForms(app);
	// Bodies of any type may be files, so nothing is parsed before the route has checked the type.
	app.removeContentTypeParser(['application/json', 'text/plain']);
	app.addContentTypeParser('*', (_request, _payload, done) => done(null));

	rejectOtherMethods(app, fileApiError, FILE, ['GET', 'POST', 'PUT', 'DELETE']);
	rejectOtherMethods(app, fileApiError, METADATA, ['GET']);
	rejectOtherMethods(app, fileApiError, REMOVE, ['POST']);
	storeRoutes(app, instance);
	readRoutes(app, instance);
	changeRoutes(app, instance);
}

/**
 * Returns the file and the permissions of a request. Checks permissions first, so that clients without permission
 * cannot find out which handles exist.
 */
function open(
	{ context, files }: Instance,
	request: FastifyRequest<Route>,
	need: Omit<Requirement, 'handle'>,
): { file: StoredFile; permission: Permission } {
	const handle = extractHandle(request.params.handle);
	const { key } = queryOf(request);
	const permission = authorize(signatureFrom(request), { ...need, handle }, context);
	// Not required with a policy, but a wrong key is still an error.
	if (key !== undefined && key !== context.secrets.apiKey)
		throw new FilestackError(401, 'Invalid API key');
	const file = files.get(handle);
	if (!file) throw new FilestackError(404, 'File not found');
	return { file, permission };
}

function readRoutes(app: FastifyInstance, instance: Instance): void {
	app.get<Route>(FILE, { schema: schemas.download }, async (request, reply) => {
		const { file } = open(instance, request, { calls: [['read']] });
		const { dl, cache } = queryOf(request);
		return await sendFile(reply, file, instance, { download: booleanParameter('dl', dl), cache });
	});

	app.get<Route>(METADATA, { schema: schemas.describe }, async (request) => {
		const query = queryOf(request);
		const exif = booleanParameter('exif', query.exif) === true;
		const calls = exif ? ([['stat'], ['exif']] as const) : ([['stat']] as const);
		const { file } = open(instance, request, { calls, always: exif });
		return await readMetadata(file, request, instance);
	});
}

function changeRoutes(app: FastifyInstance, instance: Instance): void {
	const overwrite = async (request: FastifyRequest<Route>): Promise<object> => {
		const { context, files, webhooks } = instance;
		const need = { calls: [['write', 'writeUrl']], always: true } as const;
		const { file, permission } = open(instance, request, need);
		const body = await parseBody(request, context.settings);
		permission.call(body.kind === 'url' ? 'writeUrl' : 'write');
		const base64 = booleanParameter('base64decode', queryOf(request).base64decode);
		const arrived =
			body.kind === 'url'
				? await fetchSource(body.url, permission, instance)
				: await storeBody(request, body, context.blobs, { base64 });
		await removeOnFailure(instance, arrived.blob, async () => {
			// The file may have been deleted during the upload.
			if (!files.get(file.id)) throw new FilestackError(404, 'File not found');
			await files.overwrite(file, arrived);
		});
		const { filename, mimetype } = file;
		const size = reportedSize(request, file.size);
		const response = { url: files.url(file), mimetype, isWriteable: true, size, filename };
		const { url, isWriteable } = response;
		const event = { mimetype, url, isWriteable, filename, client: 'Computer', size };
		await webhooks.send('fp.overwrite', file.id, event);
		return response;
	};
	app.post<Route>(FILE, { schema: schemas.overwrite }, overwrite);
	// filestack-ruby overwrites with PUT.
	app.put<Route>(FILE, { schema: schemas.overwrite }, overwrite);

	const remove = async (request: FastifyRequest<Route>, reply: FastifyReply): Promise<object> => {
		const { file } = open(instance, request, { calls: [['remove']], always: true });
		const skipStorage = booleanParameter('skip_storage', queryOf(request).skip_storage) === true;
		await instance.files.remove(file, { skipStorage });
		await instance.webhooks.send('fp.delete', file.id, { url: instance.files.url(file) });
		return await reply.send({});
	};
	app.delete<Route>(FILE, { schema: schemas.remove }, remove);
	// Filestack docs, REST API (old), Remove.
	app.post<Route>(REMOVE, { schema: schemas.remove }, remove);
}
