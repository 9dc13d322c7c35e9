import type { IDataObject } from 'n8n-workflow';

import { withItem } from '../../shared/errors';
import { inputField, sha256Option, stallOption } from '../../shared/fields';
import type { Operation } from '../../shared/operation';
import { filesOf } from '../../shared/transfer/source';
import { sumOf } from '../describe';
import { packageField, packageIdOf } from './fields';
import { progressOf, uploadInto } from './upload';

export const uploadFile: Operation = {
	value: 'uploadFile',
	name: 'Upload File',
	action: 'Upload file to package',
	description: 'Upload one or more files to an outbound package',
	fields: [packageField, inputField],
	options: [sha256Option, stallOption],
	async execute(item) {
		const { functions, itemIndex, parameter } = item;
		const id = packageIdOf(item);
		const files = await filesOf(item, parameter(inputField.name));
		const arrived: IDataObject[] = [];
		try {
			await uploadInto(item, id, files, arrived);
		} catch (error) {
			const problem = withItem(functions.getNode(), error, itemIndex);
			if (files.length > 1) {
				const there = `In the package “${id}”: ${progressOf(files, arrived)}.`;
				problem.description = `${problem.description ?? ''} ${there}`.trim();
			}
			throw withItem(functions.getNode(), problem, itemIndex);
		}
		return { json: { id, files: arrived, ...sumOf(arrived) } };
	},
};
