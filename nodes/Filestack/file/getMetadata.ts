import type { Operation } from '../../shared/operation';
import { chosenFile, describeFile, fileField } from '../handle';
import { metadataField } from './fields';
import { anyAsked, readMetadata } from './metadata';

export const getMetadata: Operation = {
	value: 'getMetadata',
	name: 'Get Metadata',
	action: 'Get the metadata of a file',
	description: 'Retrieve what Filestack knows of a file: name, type, size, place, dates and more',
	fields: [fileField, metadataField],
	async execute(item) {
		const chosen = chosenFile(item);
		const fields = item.parameter<string[]>(metadataField.name);
		return {
			json: describeFile(await readMetadata(item, chosen, fields, anyAsked(fields)), chosen.handle),
		};
	},
};
