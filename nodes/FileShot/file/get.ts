import { simplifyField } from '../../shared/node/fields';
import type { Operation } from '../../shared/node/operation';
import { describeFile, summaryOf } from '../describe';
import { fileField } from './fields';
import { fetchFileInfo } from './info';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get file',
	description: 'Retrieve the name, size, expiry and link of a file, without its content',
	fields: [fileField, simplifyField],
	async execute(item) {
		const { data, context } = await fetchFileInfo(item, item.locator('fileId'));
		const describe = item.parameter<boolean>('simplify') ? summaryOf : describeFile;
		return { json: describe(data, context) };
	},
};
