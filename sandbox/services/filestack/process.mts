import type { FastifyInstance } from 'fastify';
import { reportedSize } from '../../core/faultyValues.mts';
import { each, exactly, json, text } from '../../core/openapi.mts';
import { authorize } from './access.mts';
import { processError, FilestackError } from './error.mts';
import type { Instance } from './instance.mts';
import { PolicyError } from './policy.mts';
import { handle, REFUSALS } from './schemas.mts';
import { fetchSource, storeFile } from './storeFile.mts';
import { fileFields } from './taskSchemas.mts';
import { storeOptions } from './storeOptions.mts';

type Fields = Record<string, unknown>;

interface Body {
	apikey: string;
	sources: (string | { source: string; headers?: Record<string, string> })[];
	tasks?: { name: string; params?: Fields }[];
	upload_tags?: Record<string, string>;
}

const bodySchema = {
	type: 'object',
	required: ['apikey', 'sources'],
	properties: {
		apikey: { type: 'string' },
		sources: {
			type: 'array',
			minItems: 1,
			maxItems: 1,
			items: {
				anyOf: [
					{ type: 'string' },
					{
						type: 'object',
						required: ['source'],
						properties: {
							source: { type: 'string' },
							headers: { type: 'object', additionalProperties: { type: 'string' } },
						},
					},
				],
			},
		},
		tasks: {
			type: 'array',
			items: {
				type: 'object',
				required: ['name'],
				properties: { name: { enum: ['store', 'security'] }, params: { type: 'object' } },
			},
		},
		upload_tags: { type: ['object', 'null'] },
	},
} as const;

const schema = {
	summary: 'Store a URL',
	body: bodySchema,
	response: {
		200: json(
			exactly({ handle, ...fileFields, upload_tags: { type: 'object' } }, ['upload_tags']),
			'The new file',
		),
		...each(REFUSALS, json(exactly({ error: text }), 'The reason')),
	},
};

/** Stores URLs (filestack-js, store.ts): on process.filestackapi.com and, for other SDKs, on the CDN. */
export function processRoute(app: FastifyInstance, instance: Instance): void {
	const { context, files, workflows } = instance;
	app.post<{ Body: Body }>('/process', {
		schema,
		config: { validatesBody: true },
		errorHandler: (error, _request, reply) => {
			const status = error.statusCode ?? 500;
			if (status >= 500) throw error;
			const policy = error instanceof PolicyError;
			const message = policy ? `policy error: ${error.message}` : error.message;
			void reply.code(status).send(processError(status, message));
		},
		handler: async (request) => {
			const { apikey, sources, tasks = [], upload_tags } = request.body;
			if (apikey !== context.secrets.apiKey) throw new FilestackError(401, 'Invalid Application');
			const task = (name: string): Fields => tasks.find((each) => each.name === name)?.params ?? {};
			const { policy, signature } = task('security');
			const proof = { policy: textOr(policy), signature: textOr(signature) };
			const permission = authorize(proof, { calls: [['store', 'pick']] }, context);
			const { location, workflows: wanted, ...given } = task('store');
			const options = storeOptions(location, given);
			const [first] = sources;
			const { source, headers } = typeof first === 'string' ? { source: first } : first;
			const arrived = await fetchSource(source, permission, instance, headers);
			const file = await storeFile(instance, options, permission, arrived);
			await workflows.runAll(wanted, file);
			const { id: handle, filename, mimetype: type, container, key } = file;
			const size = reportedSize(request, file.size);
			return { handle, url: files.url(file), filename, size, type, container, key, upload_tags };
		},
	});
}

/** A policy that is not a string is treated as missing. */
function textOr(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
