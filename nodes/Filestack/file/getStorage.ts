import type { Operation } from '../../shared/operation';
import { chosenFile, describeFile, fileField } from '../handle';
import { anyOf, readMetadata } from './metadata';

export const getStorage: Operation = {
	value: 'getStorage',
	name: 'Get Storage',
	action: 'Get file storage location',
	description: 'Retrieve the storage location, container and path of a file',
	fields: [fileField],
	async execute(item) {
		const chosen = chosenFile(item);
		const fields = ['location', 'container', 'path'];
		const storage = await readMetadata(item, chosen, fields, anyOf(fields));
		return { json: describeFile(storage, chosen.handle) };
	},
};
