import type { Operation, Resource } from '../shared/node/operation';
import { outputOptions } from './processing/output';
import { combineFields, combineFiles } from './processing/sources';

const createZip: Operation = {
	value: 'createZip',
	name: 'Create ZIP',
	action: 'Create ZIP archive',
	description: 'Combine up to 100 files into a ZIP archive, in the order of the input',
	fields: combineFields(),
	options: outputOptions,
	batchingHiddenFor: { filesFrom: ['items'] },
	async execute(item) {
		const result = { tasks: [{ name: 'zip' }], extension: 'zip', name: 'archive.zip' };
		return await combineFiles(item, (sources) => ({ ...result, sources }));
	},
};

export const archive: Resource = {
	value: 'archive',
	name: 'Archive',
	operations: [createZip],
	initial: createZip.value,
};
