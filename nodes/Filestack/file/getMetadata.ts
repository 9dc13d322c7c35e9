import type { Operation } from '../../shared/node/operation';
import { selectedFile, describeFile, fileField } from '../handle';
import { metadataField } from './fields';
import { anyMetadata, readMetadata } from './metadata';

export const getMetadata: Operation = {
	value: 'getMetadata',
	name: 'Get Metadata',
	action: 'Get file metadata',
	description: 'Retrieve the name, type, size, location, dates and more of a file',
	fields: [fileField, metadataField],
	async execute(item) {
		const selected = selectedFile(item);
		const fields = item.parameter<string[]>(metadataField.name);
		return {
			json: describeFile(
				await readMetadata(item, selected, fields, anyMetadata(fields)),
				selected.handle,
			),
		};
	},
};
