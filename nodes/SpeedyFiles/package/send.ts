import type { IDataObject } from 'n8n-workflow';

import { withItemIndex } from '../../shared/http/errors';
import { inputField, sourceFields } from '../../shared/node/fields';
import type { ItemContext, Operation } from '../../shared/node/operation';
import type { Field } from '../../shared/node/schema';
import { readSourceFiles } from '../../shared/files/urlSource';
import { packageOutput, totalsOf } from '../describe';
import { speedyFiles } from '../service';
import { createPackage } from './create';
import { daysField, emailField, nameField, noteOption, packagePath, titleField } from './fields';
import { removePackage } from './delete';
import { fetchStatus, finalizePackage } from './finalize';
import { describeUploaded, transferOptions, uploadFilesInto } from './upload';

const filesField: Field = {
	...inputField,
	default: '*',
	placeholder: 'e.g. data, invoice',
	hint: 'The names of the input fields that contain the files, separated by commas, or * for all files',
	description: 'All of these files are sent in one package',
};

export const send: Operation = {
	value: 'send',
	name: 'Send',
	action: 'Send files',
	description: 'Create a package, upload the files and email the magic link in one step',
	fields: [titleField, emailField, nameField, ...sourceFields(filesField), daysField],
	output: packageOutput,
	options: [
		{
			displayName: 'Delete Package on Failure',
			name: 'deleteOnFailure',
			type: 'boolean',
			default: false,
			description:
				'Whether to delete the package if an upload or finalizing fails. If turned off, it is kept as a draft. Packages that were sent are never deleted.',
		},
		noteOption,
		...transferOptions,
	],
	async execute(item) {
		const files = await readSourceFiles(item, speedyFiles);
		const draft = await createPackage(item, 'outbound');
		const id = String(draft.json.id);
		const uploaded: IDataObject[] = [];
		try {
			await uploadFilesInto(item, id, files, uploaded);
			const finalized = await finalizePackage(item, id);
			// Finalizing makes the package active, so no other request is needed to get its status.
			return {
				json: { ...draft.json, status: 'active', files: uploaded, ...finalized },
				added: totalsOf(uploaded),
			};
		} catch (error) {
			const problem = withItemIndex(item.functions.getNode(), error, item.itemIndex);
			const remainder = await describeRemainder(item, id, describeUploaded(files, uploaded));
			problem.description = `${problem.description ?? ''} ${remainder}`.trim();
			throw withItemIndex(item.functions.getNode(), problem, item.itemIndex);
		}
	},
};

/**
 * Describes in words the package that a failed run leaves behind. Deletes it if the user has turned that on, but only
 * if it is certainly a draft, because otherwise the recipient may have its link.
 */
async function describeRemainder(item: ItemContext, id: string, progress: string): Promise<string> {
	const { functions, option } = item;
	const path = packagePath(functions, id);
	const summary = `The package “${id}” exists with ${progress}.`;
	const status = await fetchStatus(functions, path);
	if (status === undefined) {
		return `${summary} Its status is unknown. Use Package → Get to check whether it was sent.`;
	}
	if (status !== 'draft') return `${summary} Its status is ${status}.`;
	const nextSteps =
		'The recipient was not notified. Continue with Upload File and Finalize, or delete the package.';
	if (!option<boolean>('deleteOnFailure')) return `${summary} It is a draft. ${nextSteps}`;
	try {
		await removePackage(item, id);
		return `The package “${id}” with ${progress} was deleted.`;
	} catch (error) {
		return `${summary} It could not be deleted: ${(error as Error).message}. ${nextSteps}`;
	}
}
