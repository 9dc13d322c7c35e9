import type { Operation } from '../../shared/node/operation';
import { selectedFile, describeFile, fileField } from '../handle';
import { anyField, readMetadata } from './metadata';

export const getStorage: Operation = {
	value: 'getStorage',
	name: 'Get Storage',
	action: 'Get file storage location',
	description: 'Retrieve the storage location, container and path of a file',
	fields: [fileField],
	async execute(item) {
		const selected = selectedFile(item);
		const fields = ['location', 'container', 'path'];
		const storage = await readMetadata(item, selected, fields, anyField(fields));
		return { json: describeFile(storage, selected.handle) };
	},
};
