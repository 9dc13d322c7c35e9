import { commitSchema, completeSchema, partSchema, startSchema } from './multipartSchemas.mts';
import { each, exactly, json, link, text, integer } from '../../core/handwritten.mts';
import { handle, mediaType, REFUSALS } from './openapiParts.mts';

const refused = each(
	[...REFUSALS, 413],
	json(
		exactly({
			error: text,
			c: { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' },
			i: { type: 'string', pattern: '^UPL-' },
			t: { type: 'integer' },
		}),
	),
);

/** Converts the schema to OpenAPI 3.0, which has neither type arrays nor propertyNames. */
function worded(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(worded);
	if (typeof schema !== 'object' || schema === null) return schema;
	return Object.fromEntries(
		Object.entries(schema).flatMap(([name, value]): [string, unknown][] => {
			if (name === 'propertyNames') return [];
			if (name !== 'type' || !Array.isArray(value)) return [[name, worded(value)]];
			return [
				['type', value[0]],
				['nullable', true],
			];
		}),
	);
}

const call = (body: object, responses: Record<string, object>): object => ({
	post: {
		requestBody: { required: true, content: { 'application/json': { schema: worded(body) } } },
		responses: { ...responses, ...refused },
	},
});

/** A host without a scheme. */
const host = { type: 'string', pattern: '^[^/]+$' } as const;

const tags = { type: 'object', additionalProperties: text } as const;
const jobs = { type: 'object', additionalProperties: exactly({ jobid: text }) } as const;

/** filestack-js, uploaders/s3.ts. */
export const uploadPaths: Record<string, object> = {
	'/multipart/start': call(startSchema, {
		200: json(
			exactly(
				{
					...{ uri: text, region: text, upload_id: text, location_url: host },
					...{ location_region: text, upload_type: text },
				},
				['location_region', 'upload_type'],
			),
		),
	}),
	'/multipart/upload': call(partSchema, {
		200: json(
			exactly({
				url: link,
				headers: { type: 'object', additionalProperties: text },
				location_url: host,
			}),
		),
	}),
	'/multipart/commit': call(commitSchema, { 200: json(exactly({})) }),
	'/multipart/complete': call(completeSchema, {
		200: json(
			exactly(
				{
					...{ handle, url: link, filename: text, size: integer, mimetype: mediaType },
					...{ status: { type: 'string', enum: ['Stored'] }, container: text, key: text },
					...{ upload_tags: tags, workflows: jobs },
				},
				['upload_tags', 'workflows'],
			),
		),
		// The parts have not been merged yet; the client must retry.
		202: json(exactly({})),
	}),
};
