import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { reportedSize } from '../../core/faultyValues.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import { authorize } from './access.mts';
import { FilestackError, uploadError } from './error.mts';
import {
	type CommitBody,
	type CompleteBody,
	type PartBody,
	schemas,
	type StartBody,
} from './multipartSchemas.mts';
import type { Instance } from './instance.mts';
import { type Permission, PolicyError } from './policy.mts';
import { storageRequest } from './storage.mts';
import { storeFile } from './storeFile.mts';
import { isMediaType, storeOptions } from './storeOptions.mts';
import { contiguousLength, type Upload } from './uploads.mts';

const config = { validatesBody: true };

/** Upload API (filestack-js, uploaders/s3.ts): start, a URL per part, commit, complete. */
export function multipartRoutes(app: FastifyInstance, instance: Instance): void {
	app.removeContentTypeParser('text/plain');
	app.setErrorHandler(async (error: FastifyError, _request, reply) => {
		const { status, sentence } = refusal(error);
		if (status >= 500) throw error;
		const now = instance.context.clock.now();
		return await reply.code(status).send(uploadError(status, sentence, now));
	});
	for (const call of ['start', 'upload', 'commit', 'complete']) {
		rejectOtherMethods(app, uploadError, `/multipart/${call}`, ['POST']);
	}
	startRoute(app, instance);
	partRoutes(app, instance);
	completeRoute(app, instance);
}

function startRoute(app: FastifyInstance, instance: Instance): void {
	const { context, files, uploads } = instance;
	const schema = schemas.start;
	app.post<{ Body: StartBody }>('/multipart/start', { schema, config }, async ({ body }) => {
		const permission = authorizeUpload(body, instance);
		const { filename, size, fii } = body;
		const { location, ...given } = body.store ?? {};
		const mimetype = isMediaType(body.mimetype) ? body.mimetype : 'application/octet-stream';
		const options = storeOptions(location, { ...given, filename, mimetype });
		const place = files.place(options);
		permission.size(size);
		permission.place(place.key, options.container);
		const intelligent = fii === true && context.settings.get('intelligentIngestion') === 'on';
		const upload = await uploads.start({ mimetype, size, options, place, intelligent });
		const { uri, region, id: upload_id } = upload;
		const response = {
			uri,
			region,
			upload_id,
			location_url: hostOf(instance),
			location_region: region,
		};
		return intelligent ? { ...response, upload_type: 'intelligent_ingestion' } : response;
	});
}

function partRoutes(app: FastifyInstance, instance: Instance): void {
	app.post<{ Body: PartBody }>(
		'/multipart/upload',
		{ schema: schemas.part, config },
		({ body }) => {
			authorizeUpload(body, instance);
			const upload = uploadOf(body, instance);
			if (upload.state !== 'open') throw new FilestackError(400, 'The upload is complete');
			const { part, md5, offset: given = 0, size } = body;
			const offset = upload.intelligent ? given : 0;
			if (size + offset > upload.size) throw invalid();
			const { url, headers } = storageRequest(upload, { part, offset, md5 }, instance.context);
			return { url, headers, location_url: hostOf(instance) };
		},
	);
	app.post<{ Body: CommitBody }>(
		'/multipart/commit',
		{ schema: schemas.commit, config },
		({ body }) => {
			authorizeUpload(body, instance);
			const upload = uploadOf(body, instance);
			if (!upload.intelligent || body.size !== upload.size) throw invalid();
			const length = contiguousLength(upload.parts[body.part] ?? []);
			if (!length) throw new FilestackError(400, `Part ${body.part} is not complete`);
			return {};
		},
	);
}

function completeRoute(app: FastifyInstance, instance: Instance): void {
	const { files, uploads, workflows } = instance;
	/** Uploads that are becoming files; a second call has to wait for the result. */
	const finishing = new Set<string>();
	const schema = schemas.complete;

	app.post<{ Body: CompleteBody }>(
		'/multipart/complete',
		{ schema, config },
		async (request, reply) => {
			const { body } = request;
			const permission = authorizeUpload(body, instance);
			const upload = uploadOf(body, instance);
			if (body.size !== upload.size) throw invalid();
			if (upload.state === 'open') {
				uploads.checkParts(upload, body.parts);
				uploads.checkMerge(upload);
				await uploads.merge(upload);
			}
			if (upload.state === 'merged' && !finishing.has(upload.id)) {
				finishing.add(upload.id);
				try {
					await finish(upload, permission, body);
				} finally {
					finishing.delete(upload.id);
				}
				return response(request, upload, body);
			}
			// filestack-js retries after one second.
			if (upload.state !== 'stored') return await accepted(reply);
			return response(request, upload, body);
		},
	);

	async function finish(
		upload: Upload,
		permission: Permission,
		{ store }: CompleteBody,
	): Promise<void> {
		const { blob = '', size, options, place, mimetype } = upload;
		const arrived = { blob: { id: blob, size }, mimetype };
		const file = await storeFile(instance, options, permission, arrived, place);
		await uploads.markStored(upload);
		await workflows.runAll(store?.workflows, file);
	}

	function response(
		request: FastifyRequest,
		{ place }: Upload,
		{ upload_tags }: CompleteBody,
	): object {
		const file = files.get(place.handle);
		if (!file) throw new FilestackError(404, 'File not found');
		const { id: handle, filename, mimetype, container, key } = file;
		const size = reportedSize(request, file.size);
		return {
			...{ handle, url: files.url(file), filename, size, mimetype, status: 'Stored' },
			...{ container, key, upload_tags: upload_tags ?? undefined, workflows: workflows.of(file) },
		};
	}
}

async function accepted(reply: FastifyReply): Promise<FastifyReply> {
	return await reply.code(202).send({});
}

/** `location_url` is a host without a scheme; clients use it like the upload API. */
function hostOf({ context }: Instance): string {
	return new URL(context.origins.upload).host;
}

/**
 * @throws {FilestackError}
 * @throws {PolicyError} if the body's authorization is missing or invalid
 */
function authorizeUpload(
	{ apikey, policy, signature }: { apikey: string; policy?: string; signature?: string },
	{ context }: Instance,
): Permission {
	if (apikey !== context.secrets.apiKey) throw new FilestackError(401, 'Invalid Application');
	return authorize({ policy, signature }, { calls: [['store', 'pick']] }, context);
}

/** @throws {FilestackError} if the upload does not exist or does not match the body */
function uploadOf(
	{ upload_id, uri, region }: { upload_id: string; uri: string; region: string },
	{ uploads }: Instance,
): Upload {
	const upload = uploads.get(upload_id);
	if (!upload) throw new FilestackError(404, 'Upload not found');
	if (upload.uri !== uri || upload.region !== region) throw invalid();
	return upload;
}

const invalid = (): FilestackError => new FilestackError(400, INVALID);

/** The upload API's message for a body without an API key; used here for all other invalid bodies, too. */
const INVALID = 'Parameters are invalid';

function refusal(error: FastifyError): { status: number; sentence?: string } {
	const status = error.statusCode ?? 500;
	// The upload API has one message for all policy errors.
	if (error instanceof PolicyError) return { status: 403, sentence: 'Invalid App policy' };
	if (error instanceof FilestackError || status >= 500) return { status, sentence: error.message };
	return { status: status === 413 ? 413 : 400, sentence: INVALID };
}
