import type { Operation, Resource } from '../../shared/node/operation';
import { outputFieldsWithoutLink, outputOptions, outputResult } from '../processing/output';
import { readSeveralSources, severalSourcesFields } from '../processing/sources';

const createZip: Operation = {
	value: 'createZip',
	name: 'Create ZIP',
	action: 'Create ZIP archive',
	description: 'Combine up to 100 files into a ZIP archive, in the order of the input',
	fields: [...severalSourcesFields, ...outputFieldsWithoutLink],
	options: outputOptions,
	batchingHiddenFor: { filesFrom: ['items'] },
	async execute(item) {
		const several = readSeveralSources(item);
		if (!several) return [];
		const { sources, pairedItem } = several;
		const result = await outputResult(item, {
			tasks: [{ name: 'zip' }],
			sources,
			extension: 'zip',
			name: 'archive.zip',
		});
		return { ...result, ...(pairedItem && { pairedItem }) };
	},
};

export const archive: Resource = {
	value: 'archive',
	name: 'Archive',
	operations: [createZip],
	initial: createZip.value,
};
