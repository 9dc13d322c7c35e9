import { callApi } from '../../shared/http';
import type { ItemContext } from '../../shared/operation';
import { type Essential, isJsonObject, type Json, textOf } from '../../shared/service';
import type { ChosenFile } from '../handle';
import { filestack, needAppSecret } from '../service';
import { allowing } from '../signing';

/** The fields that Filestack returns by default (Filestack docs, Metadata, Response). */
const USUAL = ['mimetype', 'uploaded', 'writeable', 'filename', 'location', 'key', 'path', 'size'];

/** Requires at least one of the fields. */
export const anyOf = (fields: string[]): Essential<Json> => ({
	what: `any of ${fields.join(', ')}`,
	read: (body) => (isJsonObject(body) && fields.some((field) => field in body) ? body : undefined),
});

/** Requires at least one of the default or requested fields. */
export const anyAsked = (fields: string[]): Essential<Json> => ({
	...anyOf([...USUAL, ...fields]),
	what: 'any metadata of the file',
});

/** Requires every field, each as text. */
export const allOf = (fields: string[]): Essential<Json> => ({
	what: fields.join(', '),
	read: (body) =>
		anyAsked(fields).read(body, 200) && fields.every((field) => textOf((body as Json)[field]))
			? (body as Json)
			: undefined,
});

/**
 * Retrieves the metadata of a file.
 * @param fields the requested fields; if empty, Filestack returns its default fields
 * @throws NodeOperationError if EXIF is requested and the credential has no app secret
 */
export async function readMetadata(
	{ functions }: ItemContext,
	{ handle, segment }: ChosenFile,
	fields: string[],
	needs: Essential<Json>,
): Promise<Json> {
	const exif = fields.includes('exif');
	if (exif) await needAppSecret(functions, 'Reading EXIF data');
	const { body } = await callApi(functions, filestack, {
		method: 'GET',
		path: `/file/${segment}/metadata`,
		qs: {
			...Object.fromEntries(fields.map((field) => [field, 'true'])),
			...allowing(exif ? ['stat', 'exif'] : ['stat'], handle),
		},
		needs,
	});
	return body;
}
