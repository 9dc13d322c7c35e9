import type { Operation } from '../../shared/operation';
import { chosenFile, describeFile, fileField } from '../handle';
import { anyOf, readMetadata } from './metadata';

export const getStorage: Operation = {
	value: 'getStorage',
	name: 'Get Storage',
	action: 'Get the storage of a file',
	description: 'Retrieve where a file is stored: location, container and path',
	fields: [fileField],
	async execute(item) {
		const chosen = chosenFile(item);
		const fields = ['location', 'container', 'path'];
		const storage = await readMetadata(item, chosen, fields, anyOf(fields));
		return { json: describeFile(storage, chosen.handle) };
	},
};
