import { callApi } from '../../shared/http';
import type { ItemContext } from '../../shared/operation';
import { isJsonObject, type Json } from '../../shared/service';
import type { ChosenFile } from '../handle';
import { filestack, needAppSecret } from '../service';
import { allowing } from '../signing';

/**
 * What Filestack tells of a file.
 * @param fields those to ask for; without any it sends its usual ones
 */
export async function readMetadata(
	{ functions }: ItemContext,
	{ handle, segment }: ChosenFile,
	fields: string[],
): Promise<Json> {
	const exif = fields.includes('exif');
	if (exif) await needAppSecret(functions, 'Reading EXIF');
	const { body } = await callApi(functions, filestack, {
		method: 'GET',
		path: `/api/file/${segment}/metadata`,
		qs: {
			...Object.fromEntries(fields.map((field) => [field, 'true'])),
			...allowing(exif ? ['stat', 'exif'] : ['stat'], handle),
		},
	});
	return isJsonObject(body) ? body : {};
}
