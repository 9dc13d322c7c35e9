import { wrong } from '../../shared/inputs';
import type { Operation } from '../../shared/operation';
import { chosenFile, describeFile, fileField } from '../handle';
import { metadataField } from './fields';
import { readMetadata } from './metadata';

export const getMetadata: Operation = {
	value: 'getMetadata',
	name: 'Get Metadata',
	action: 'Get the metadata of a file',
	description: 'Retrieve what Filestack knows of a file: name, type, size, place, dates and more',
	fields: [fileField, metadataField],
	async execute(item) {
		const chosen = chosenFile(item);
		const fields = [item.parameter<unknown>(metadataField.name) ?? []].flat().map(String);
		// Any other name would be a field of the request, such as its key or its policy.
		const known = (metadataField.options ?? []).flatMap((one) => ('value' in one ? one.value : []));
		const strange = fields.find((field) => !known.includes(field));
		if (strange !== undefined) {
			throw wrong(
				item,
				metadataField.displayName,
				'has a value that Filestack does not know',
				`Choose among ${known.join(', ')}.`,
			);
		}
		return { json: describeFile(await readMetadata(item, chosen, fields), chosen.handle) };
	},
};
