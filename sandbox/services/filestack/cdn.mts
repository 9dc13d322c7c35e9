import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { reportedSize } from '../../core/faultyValues.mts';
import { booleanParameter, type Requirement, authorize, type Proof, queryOf } from './access.mts';
import { type CdnPath, readCdnPath, securityIn, taskParameters } from './cdnPath.mts';
import { sendFile } from './download.mts';
import { cdnError, FilestackError } from './error.mts';
import type { StoredFile } from './files.mts';
import { imageSize } from './imageSize.mts';
import { readMetadata } from './metadata.mts';
import type { Instance } from './instance.mts';
import { type Permission, PolicyError } from './policy.mts';
import { processRoute } from './process.mts';
import { fetchSource, storeFile } from './storeFile.mts';
import { storeOptions } from './storeOptions.mts';

interface CdnRequest {
	request: FastifyRequest;
	path: CdnPath;
	query: Readonly<Record<string, string | undefined>>;
	proof: Proof;
}

/**
 * cdn.filestackcontent.com: downloads, image sizes, storing of URLs and workflows by path (Filestack docs, Processing).
 */
export function cdnRoutes(app: FastifyInstance, instance: Instance): void {
	// Report a wrong path before a wrong body.
	app.addContentTypeParser('*', (_request, _payload, done) => done(null));
	processRoute(app, instance);

	app.get('/*', async (request, reply) => {
		const asked = read(request);
		const { path } = asked;
		const changes = path.tasks.has('store') || path.tasks.has('run_workflow');
		if (changes && request.method === 'HEAD') throw new FilestackError(405, 'Method Not Allowed');
		if (path.tasks.has('store')) return await store(asked, instance);
		if (path.tasks.has('run_workflow')) return await runWorkflow(asked, instance);
		if (path.url !== undefined)
			throw new FilestackError(400, 'The sandbox delivers stored files alone');
		if (path.tasks.has('imagesize')) return await measure(asked, instance);
		return await deliver(asked, reply, instance);
	});
	app.post('/*', async (request) => {
		const asked = read(request);
		if (asked.path.tasks.has('store')) return await store(asked, instance);
		throw new FilestackError(405, 'Method Not Allowed');
	});
	app.route({
		method: ['PUT', 'PATCH', 'DELETE'],
		url: '/*',
		handler: async (_request, reply) =>
			await reply.code(405).header('allow', 'GET, POST').send(cdnError(405)),
	});
}

function read(request: FastifyRequest): CdnRequest {
	const path = readCdnPath(request.url.split('?', 1)[0]);
	const query = queryOf(request);
	const task = path.tasks.get('security');
	// The CDN ignores the File API's Basic authentication.
	const proof =
		task === undefined ? { policy: query.policy, signature: query.signature } : securityIn(task);
	return { request, path, query, proof };
}

/**
 * Returns the file of a request. Checks permissions first, so that clients without permission cannot find out which
 * handles exist.
 */
function openFile(
	{ path, proof }: CdnRequest,
	need: Omit<Requirement, 'handle'>,
	instance: Instance,
): StoredFile {
	const handle = path.handle ?? '';
	authorizeCdn(proof, { ...need, handle }, instance);
	requireApiKey(path, instance);
	const file = instance.files.get(handle);
	if (!file) throw new FilestackError(404, 'File not found');
	return file;
}

/** An API key in the path must be the app's; for external URLs it is required. */
function requireApiKey({ apiKey, url }: CdnPath, { context }: Instance): void {
	if (apiKey === context.secrets.apiKey || (apiKey === undefined && url === undefined)) return;
	throw new FilestackError(401, 'storage provider error: Invalid Application (idx 0)');
}

async function deliver(
	asked: CdnRequest,
	reply: FastifyReply,
	instance: Instance,
): Promise<FastifyReply | Record<string, unknown>> {
	const { path, query } = asked;
	if (!path.metadata) {
		const file = openFile(asked, { calls: [['read']] }, instance);
		const cache = path.tasks.get('cache') ?? query.cache;
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

/** `APIKEY/store[=parameters]/URL` (Filestack docs, Processing, Store). */
async function store({ request, path, proof }: CdnRequest, instance: Instance): Promise<object> {
	const permission = authorizeCdn(proof, { calls: [['store', 'pick']] }, instance);
	requireApiKey(path, instance);
	if (path.url === undefined) throw new FilestackError(400, 'store: the sandbox stores URLs alone');
	const { location, ...given } = taskParameters(path.tasks.get('store') ?? '');
	const options = storeOptions(location, given);
	const arrived = await fetchSource(path.url, permission, instance);
	const file = await storeFile(instance, options, permission, arrived);
	const { container, filename, key, mimetype: type } = file;
	const size = reportedSize(request, file.size);
	return { container, filename, key, size, type, url: instance.files.url(file) };
}

/** Filestack docs, Workflows API: `run_workflow=id:ID/HANDLE`. */
async function runWorkflow(asked: CdnRequest, instance: Instance): Promise<object> {
	const { path, proof } = asked;
	const need = { calls: [['runWorkflow']] } as const;
	const source = path.url ?? openFile(asked, need, instance).id;
	if (path.url !== undefined) {
		authorizeCdn(proof, need, instance).source(path.url);
		requireApiKey(path, instance);
	}
	const { id = '' } = taskParameters(path.tasks.get('run_workflow') ?? '');
	const job = await instance.workflows.run(id, [source]);
	const { createdAt, id: jobid, sources, status, updatedAt, workflow } = job;
	return { createdAt, jobid, sources, status, updatedAt, workflow };
}

/** Checks the permissions and reports errors in the two messages known from Filestack's CDN. */
function authorizeCdn(proof: Proof, need: Requirement, { context }: Instance): Permission {
	try {
		return authorize(proof, need, context);
	} catch (error) {
		if (!(error instanceof PolicyError)) throw error;
		const { policy, signature } = proof;
		if (policy === undefined && signature === undefined) {
			throw new FilestackError(403, 'policy error: proper credentials were not provided');
		}
		const shown = `(signature: "${signature ?? ''}"; policy "${policy ?? ''}")`;
		throw new FilestackError(
			403,
			`application [${context.secrets.appId}] policy error: ${error.message}: ${shown}`,
		);
	}
}
