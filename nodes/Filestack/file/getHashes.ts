import type { Operation } from '../../shared/node/operation';
import { selectedFile, describeFile, fileField } from '../handle';
import { hashesField } from './fields';
import { everyField, readMetadata } from './metadata';

export const getHashes: Operation = {
	value: 'getHashes',
	name: 'Get Hashes',
	action: 'Get file hashes',
	description: 'Get hashes of a file, for example to compare it with another copy',
	fields: [fileField, hashesField],
	async execute(item) {
		const selected = selectedFile(item);
		const hashes = item.parameter<string[]>(hashesField.name);
		const found = await readMetadata(item, selected, hashes, everyField(hashes));
		return { json: describeFile(found, selected.handle) };
	},
};
