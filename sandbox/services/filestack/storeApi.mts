import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { reportedSize } from '../../core/faultyValues.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import { booleanParameter, authorize, signatureFrom, queryOf } from './access.mts';
import { fileApiError } from './error.mts';
import { store as schema } from './fileApiSchemas.mts';
import { parseBody, storeBody } from './requestBody.mts';
import type { Instance } from './instance.mts';
import { fetchSource, storeFile } from './storeFile.mts';
import { storeOptions } from './storeOptions.mts';

type Route = { Params: { provider?: string; handle?: string } };

/** The default provider is S3. The docs' URI ends with a handle, which their examples omit and which is ignored. */
const PATHS = ['/api/store', '/api/store/:provider', '/api/store/:provider/:handle'];

/** Filestack docs, File API, Store. */
export function storeRoutes(app: FastifyInstance, instance: Instance): void {
	for (const path of PATHS) {
		rejectOtherMethods(app, fileApiError, path, ['POST']);
		app.post<Route>(
			path,
			{ schema },
			async (request, reply) => await store(request, reply, instance),
		);
	}
}

async function store(
	request: FastifyRequest<Route>,
	reply: FastifyReply,
	instance: Instance,
): Promise<unknown> {
	const { context, files } = instance;
	const { secrets, settings, blobs } = context;
	const query = queryOf(request);
	if (query.key !== secrets.apiKey) {
		// As reported in filestack-python, issue 71: a 200 with an error message.
		if (settings.get('unknownKey') === '200') return await reply.type('text/plain').send(UNKNOWN);
		return await reply.code(401).send(fileApiError(401, UNKNOWN));
	}
	const permission = authorize(signatureFrom(request), { calls: [['store', 'pick']] }, context);
	const base64 = booleanParameter('base64decode', query.base64decode);
	const early = storeOptions(request.params.provider, query);
	const body = await parseBody(request, settings);
	const arrived =
		body.kind === 'url'
			? await fetchSource(body.url, permission, instance)
			: await storeBody(request, body, blobs, { base64 });
	// JSON may contain the parameters besides the URL (Filestack's Claude plugin); the query takes precedence.
	const options =
		body.kind === 'url'
			? storeOptions(request.params.provider, { ...body.fields, ...query })
			: early;
	const file = await storeFile(instance, options, permission, arrived);
	const { mimetype: type, filename, key, container } = file;
	const size = reportedSize(request, file.size);
	const response = { url: files.url(file), size, type, filename, key };
	return options.ownContainer ? { ...response, container } : response;
}

const UNKNOWN = 'Invalid Application';
