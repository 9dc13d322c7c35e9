import { create } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { reportedSize } from '../../core/faultyValues.mts';
import { booleanParameter } from './access.mts';
import { HIDDEN } from '../../core/describeRoutes.mts';
import {
	authorizeCdn,
	authorizeChain,
	type CdnRequest,
	isExternal,
	openFile,
	parametersOf,
	readCdnRequest,
	requireApiKey,
} from './cdnRequest.mts';
import { cdnPaths } from './cdnSchemas.mts';
import { sendFile } from './download.mts';
import { cdnError, FilestackError } from './error.mts';
import { extractHandle, type ReceivedFile, type StoredFile } from './files.mts';
import { imageSize } from './imageSize.mts';
import { readMetadata } from './metadata.mts';
import type { Instance } from './instance.mts';
import type { Permission } from './policy.mts';
import { chainOf, type ChainResult, runChain } from './processing/chain.mts';
import type { Content, LoadSource } from './processing/image.mts';
import type { Parameters } from './processing/task.mts';
import { textOf } from './processing/taskRules.mts';
import { processRoute } from './process.mts';
import { openSource } from './remoteSource.mts';
import { fetchSource, storeFile } from './storeFile.mts';
import { storeOptions } from './storeOptions.mts';

/**
 * cdn.filestackcontent.com: downloads, processing, storing of results and URLs, videos and workflows by path (Filestack
 * docs, Processing).
 */
export function cdnRoutes(app: FastifyInstance, instance: Instance): void {
	// Report a wrong path before a wrong body.
	app.addContentTypeParser('*', (_request, _payload, done) => done(null));
	processRoute(app, instance);

	const get = async (request: FastifyRequest, reply: FastifyReply) => {
		const asked = readCdnRequest(request);
		if (asked.path.debug) return debug(asked, instance);
		const has = (name: string) => parametersOf(asked, name) !== undefined;
		const changes = has('store') || has('run_workflow') || has('video_convert');
		if (changes && request.method === 'HEAD') throw new FilestackError(405, 'Method Not Allowed');
		if (has('run_workflow')) return await runWorkflow(asked, instance);
		if (has('workflow_status')) return describeWorkflow(asked, instance);
		if (has('video_convert')) return await convertVideo(asked, instance);
		return await process(asked, reply, instance);
	};
	const post = async (request: FastifyRequest, reply: FastifyReply) => {
		const asked = readCdnRequest(request);
		if (parametersOf(asked, 'store')) return await process(asked, reply, instance);
		throw new FilestackError(405, 'Method Not Allowed');
	};
	// A chain can have any number of tasks; the documents describe the forms with few of them.
	app.get('/*', HIDDEN, get);
	app.post('/*', HIDDEN, post);
	const config = { formOf: '/*' };
	for (const [form, methods] of Object.entries(cdnPaths)) {
		if (methods.get) app.get(form, { schema: methods.get, config }, get);
		if (methods.post) app.post(form, { schema: methods.post, config }, post);
	}
	app.route({
		...HIDDEN,
		method: ['PUT', 'PATCH', 'DELETE'],
		url: '/*',
		handler: async (_request, reply) =>
			await reply.code(405).header('allow', 'GET, POST').send(cdnError(405)),
	});
}

/** Delivers a file, or the result of the tasks, or stores it (Filestack docs, Processing). */
async function process(
	asked: CdnRequest,
	reply: FastifyReply,
	instance: Instance,
): Promise<unknown> {
	const { path } = asked;
	const chain = chainOf(path.tasks);
	const stores = parametersOf(asked, 'store') !== undefined;
	const [source = ''] = path.sources;
	if (chain.length === 0 && !path.isList) {
		if (stores && isExternal(source)) return await storeUrl(asked, source, instance);
		if (!stores && !isExternal(source)) return await deliver(asked, reply, instance);
	}
	const isMeasured = chain.length === 1 && chain[0].name === 'imagesize';
	if (isMeasured && !path.isList && !isExternal(source)) return await measure(asked, instance);
	const permission = authorizeChain(asked, instance);
	const load = async (one: string) => await loadSource(one, permission, instance);
	const result = await runChain(chain, path.sources, load).catch(
		async (error: unknown) => await loadFallback(asked, load, error),
	);
	const problem = problemInstead(result, instance);
	if (problem) return await reply.type('application/json').send(JSON.stringify(problem));
	if ('data' in result) {
		if (stores) throw new FilestackError(400, 'store: the result is not a file');
		// With an empty body, Fastify would send no JSON.
		return await reply.type('application/json; charset=utf-8').send(JSON.stringify(result.data));
	}
	if (stores) return await storeResult(asked, result, permission, instance);
	const cache = textOf(parametersOf(asked, 'cache') ?? {}, '');
	return await reply
		.type(result.mimetype)
		.headers({
			'content-disposition': create(result.filename, { type: 'inline' }),
			'cache-control': cache === 'false' ? 'no-cache' : 'public, max-age=2592000',
			'x-content-type-options': 'nosniff',
		})
		.send(result.bytes);
}

/** Returns what the setting `processingResult` requests instead of a file. */
function problemInstead(result: ChainResult, { context }: Instance): object | undefined {
	if ('data' in result) return undefined;
	switch (context.settings.get('processingResult')) {
		case 'json':
			return { mimetype: result.mimetype, size: result.bytes.length };
		case 'errorIn200':
			return { error: 'Processing timeout' };
		case 'plainText400':
			throw new FilestackError(400, 'Output size limit exceeded');
		default:
			return undefined;
	}
}

/** Returns the file to deliver if the source fails (Filestack docs, Fallback). */
async function loadFallback(asked: CdnRequest, load: LoadSource, error: unknown): Promise<Content> {
	const handle = textOf(parametersOf(asked, 'fallback') ?? {}, 'handle');
	if (handle === '' || !(error instanceof FilestackError)) throw error;
	return await load(handle);
}

/** Reads a handle, a URL on this machine or an alias into memory. */
async function loadSource(
	source: string,
	permission: Permission,
	{ context, files }: Instance,
): Promise<Content> {
	const alias = /^src:\/\/([\w.-]+)\/(.+)$/i.exec(source);
	if (alias) {
		const [, name, key] = alias;
		// The alias “sandbox” is the container of the app itself.
		const file = name === 'sandbox' && files.all().find((one) => one.key === key);
		if (!file) throw new FilestackError(404, 'File not found');
		return await contentOf(file, context);
	}
	if (isExternal(source)) {
		permission.source(source);
		const {
			stream,
			filename = 'file',
			mimetype = 'application/octet-stream',
		} = await openSource(source);
		return { bytes: await buffer(stream), filename, mimetype };
	}
	const handle = extractHandle(source);
	permission.handle(handle);
	const file = files.get(handle);
	if (!file) throw new FilestackError(404, 'File not found');
	return await contentOf(file, context);
}

const contentOf = async (
	{ blob, mimetype, filename }: StoredFile,
	{ blobs }: Instance['context'],
): Promise<Content> => ({ bytes: await buffer(blobs.read(blob)), mimetype, filename });

/** `debug/…`: describes the chain instead of running it (Filestack docs, Debug). */
function debug({ path, proof }: CdnRequest, instance: Instance): object {
	authorizeCdn(proof, { calls: [['convert']] }, instance);
	return {
		apikey: path.apiKey ?? '',
		status: { message: '', http_code: 200 },
		source: { url: path.sources[0] ?? '' },
		debug: true,
		chain: path.tasks
			.filter(({ name }) => name !== 'security')
			.map(({ name, parameters }) => ({ name, params: parameters })),
	};
}

async function deliver(
	asked: CdnRequest,
	reply: FastifyReply,
	instance: Instance,
): Promise<FastifyReply | Record<string, unknown>> {
	const { path, query } = asked;
	if (!path.metadata) {
		const file = openFile(asked, { calls: [['read']] }, instance);
		const cache = cacheOf(parametersOf(asked, 'cache')) ?? query.cache;
		return await sendFile(reply, file, instance, {
			download: booleanParameter('dl', query.dl),
			cache,
		});
	}
	const exif = booleanParameter('exif', query.exif) === true;
	const calls = exif ? ([['stat'], ['exif']] as const) : ([['stat']] as const);
	const file = openFile(asked, { calls, always: exif }, instance);
	return await readMetadata(file, asked.request, instance);
}

async function measure(asked: CdnRequest, instance: Instance): Promise<object> {
	const file = openFile(asked, { calls: [['convert'], ['read']] }, instance);
	const size = await imageSize(instance.context.blobs.path(file.blob));
	if (!size) throw new FilestackError(400, 'imagesize: the file is not a PNG, JPEG or GIF');
	return size;
}

/** Returns `false` or `expiry:SECONDS`, as in the path. */
function cacheOf(parameters: Parameters | undefined): string | undefined {
	if (parameters === undefined) return undefined;
	const expiry = textOf(parameters, 'expiry');
	return expiry === '' ? textOf(parameters, '') : `expiry:${expiry}`;
}

/** `APIKEY/store[=parameters]/URL` (Filestack docs, Processing, Store). */
async function storeUrl(asked: CdnRequest, url: string, instance: Instance): Promise<object> {
	const { path, proof } = asked;
	const permission = authorizeCdn(proof, { calls: [['store', 'pick']] }, instance);
	requireApiKey(path, instance);
	const arrived = await fetchSource(url, permission, instance);
	return await keep(asked, arrived, permission, instance);
}

async function storeResult(
	asked: CdnRequest,
	{ bytes, ...named }: Content,
	permission: Permission,
	instance: Instance,
): Promise<object> {
	const blob = await instance.context.blobs.write(Readable.from([bytes]));
	return await keep(asked, { ...named, blob }, permission, instance);
}

/** Stores a file as the `store` task requests. */
async function keep(
	asked: CdnRequest,
	arrived: ReceivedFile,
	permission: Permission,
	instance: Instance,
): Promise<object> {
	const { location, workflows, ...given } = parametersOf(asked, 'store') ?? {};
	const options = storeOptions(location, given);
	const file = await storeFile(instance, options, permission, arrived);
	await instance.workflows.runAll(workflows, file);
	const { id: handle, container, filename, key, mimetype: type } = file;
	const size = reportedSize(asked.request, file.size);
	const described = { container, filename, key, size, type, url: instance.files.url(file) };
	const withHandle = instance.context.settings.get('storeTaskHandle') === 'returned';
	return withHandle ? { ...described, handle } : described;
}

/** Filestack docs, Workflows API: `run_workflow=id:ID/SOURCE`. The plugin requires both calls. */
async function runWorkflow(asked: CdnRequest, instance: Instance): Promise<object> {
	const { path, proof } = asked;
	const need = { calls: [['runWorkflow']] } as const;
	const [source = ''] = path.sources;
	if (isExternal(source)) {
		authorizeCdn(proof, need, instance).source(source);
		requireApiKey(path, instance);
	} else openFile(asked, need, instance);
	const id = textOf(parametersOf(asked, 'run_workflow') ?? {}, 'id');
	const job = await instance.workflows.run(id, [source]);
	const { createdAt, id: jobid, sources, status, updatedAt, workflow } = job;
	return { createdAt, jobid, sources, status, updatedAt, workflow };
}

/** Filestack docs, Workflows API: `KEY/security=…/workflow_status=job_id:JOB`. */
function describeWorkflow(asked: CdnRequest, instance: Instance): object {
	authorizeCdn(asked.proof, { calls: [['runWorkflow']], always: true }, instance);
	requireApiKey(asked.path, instance);
	const id = textOf(parametersOf(asked, 'workflow_status') ?? {}, 'job_id');
	const found = instance.workflows.status(id);
	if (!found) throw new FilestackError(404, 'Job not found');
	return found;
}

/** Filestack docs, Video: `video_convert=preset:…/HANDLE`, and `video_convert/UUID` for the status. */
async function convertVideo(asked: CdnRequest, instance: Instance): Promise<object> {
	const parameters = parametersOf(asked, 'video_convert') ?? {};
	const [source = ''] = asked.path.sources;
	if (Object.keys(parameters).length === 0) {
		authorizeCdn(asked.proof, { calls: [['convert']] }, instance);
		return await instance.videos.status(source);
	}
	const file = openFile(asked, { calls: [['convert']] }, instance);
	return await instance.videos.convert(file.id, parameters);
}
