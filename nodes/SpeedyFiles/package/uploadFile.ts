import type { IDataObject } from 'n8n-workflow';

import { withItem } from '../../shared/http/errors';
import { inputField, sha256Option, stallOption } from '../../shared/node/fields';
import type { Operation } from '../../shared/node/operation';
import { filesOf } from '../../shared/files/source';
import { totalsOf } from '../describe';
import { packageField, packageIdOf } from './fields';
import { describeUploaded, uploadFilesInto } from './upload';

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
		const uploaded: IDataObject[] = [];
		try {
			await uploadFilesInto(item, id, files, uploaded);
		} catch (error) {
			const problem = withItem(functions.getNode(), error, itemIndex);
			if (files.length > 1) {
				const summary = `In the package “${id}”: ${describeUploaded(files, uploaded)}.`;
				problem.description = `${problem.description ?? ''} ${summary}`.trim();
			}
			throw withItem(functions.getNode(), problem, itemIndex);
		}
		return { json: { id, files: uploaded, ...totalsOf(uploaded) } };
	},
};
