import type { Operation } from '../../shared/operation';
import { chosenFile, describeFile, fileField } from '../handle';
import { metadataField } from './fields';
import { anyAsked, readMetadata } from './metadata';

export const getMetadata: Operation = {
	value: 'getMetadata',
	name: 'Get Metadata',
	action: 'Get file metadata',
	description: 'Retrieve the name, type, size, location, dates and more of a file',
	fields: [fileField, metadataField],
	async execute(item) {
		const chosen = chosenFile(item);
		const fields = item.parameter<string[]>(metadataField.name);
		return {
			json: describeFile(await readMetadata(item, chosen, fields, anyAsked(fields)), chosen.handle),
		};
	},
};
