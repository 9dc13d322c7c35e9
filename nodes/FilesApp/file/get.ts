import { callApi, pathPart } from '../../shared/http';
import type { ItemContext, Operation } from '../../shared/operation';
import type { Json } from '../../shared/service';
import { describeFile, filesApp, objectOf } from '../service';
import { fileField } from './fields';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get a file',
	description: 'Retrieve the name, size, type and dates of a file, without its content',
	fields: [fileField],
	async execute(item) {
		return { json: describeFile(await fileDetails(item, item.locator('fileId'))) };
	},
};

export async function fileDetails({ functions }: ItemContext, id: unknown): Promise<Json> {
	const path = `/files/${pathPart(functions, fileField.displayName, id)}`;
	const { body } = await callApi(functions, filesApp, { method: 'GET', path });
	return objectOf(body);
}
