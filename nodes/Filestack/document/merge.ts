import type { Operation } from '../../shared/node/operation';
import { combineFields, combineFiles } from '../processing/combine';
import { outputOptions } from '../processing/output';

/** Filestack docs, Transformations, Overview: `pdfcreate`. */
export const merge: Operation = {
	value: 'merge',
	name: 'Merge',
	action: 'Merge documents into PDF',
	description: 'Combine up to 100 PDF files and images into one PDF, in the order of the input',
	fields: combineFields(),
	options: outputOptions,
	batchingHiddenFor: { filesFrom: ['items'] },
	async execute(item) {
		const result = { tasks: [{ name: 'pdfcreate' }], extension: 'pdf', name: 'document.pdf' };
		return await combineFiles(item, (sources) => ({ ...result, sources }));
	},
};
