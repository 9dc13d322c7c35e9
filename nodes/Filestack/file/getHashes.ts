import { wrong } from '../../shared/inputs';
import type { Operation } from '../../shared/operation';
import { chosenFile, describeFile, fileField } from '../handle';
import { hashesField } from './fields';
import { HASHES, readMetadata } from './metadata';

export const getHashes: Operation = {
	value: 'getHashes',
	name: 'Get Hashes',
	action: 'Get the hashes of a file',
	description: 'Have Filestack compute digests of a file, to compare it with another copy',
	fields: [fileField, hashesField],
	async execute(item) {
		const chosen = chosenFile(item);
		const wanted = [item.parameter<unknown>(hashesField.name) ?? []].flat().map(String);
		const hashes = HASHES.filter((hash) => wanted.includes(hash));
		if (hashes.length === 0 || hashes.length < new Set(wanted).size) {
			const what = wanted.length === 0 ? 'is empty' : 'has a hash that Filestack does not know';
			throw wrong(item, hashesField.displayName, what, `Choose among ${HASHES.join(', ')}.`);
		}
		return { json: describeFile(await readMetadata(item, chosen, hashes), chosen.handle) };
	},
};
