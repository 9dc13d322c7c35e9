import type { IDataObject } from 'n8n-workflow';

import { withItem } from '../../shared/errors';
import { inputField, sha256Option, stallOption } from '../../shared/fields';
import type { ItemContext, Operation } from '../../shared/operation';
import type { Field } from '../../shared/schema';
import { filesOf } from '../../shared/transfer/source';
import { sumOf } from '../describe';
import { createPackage } from './create';
import { daysField, emailField, nameField, noteOption, packagePath, titleField } from './fields';
import { removePackage } from './delete';
import { finalizePackage, statusOf } from './finalize';
import { progressOf, uploadInto } from './upload';

const filesField: Field = {
	...inputField,
	default: '*',
	placeholder: 'e.g. data, invoice',
	hint: 'The input binary fields that contain the files, separated by commas; * for all of them',
	description: 'All of these files go into one package',
};

export const send: Operation = {
	value: 'send',
	name: 'Send',
	action: 'Send files in a package',
	description:
		'Create a package, upload the files of the item and mail the magic link, in one step',
	fields: [titleField, emailField, nameField, filesField, daysField],
	options: [
		{
			displayName: 'Delete Package on Failure',
			name: 'deleteOnFailure',
			type: 'boolean',
			default: false,
			description:
				'Whether to delete the package again when a file cannot be uploaded or it cannot be finalized. Otherwise it stays as a draft, to go on with. A package that was sent is never deleted.',
		},
		noteOption,
		sha256Option,
		stallOption,
	],
	async execute(item) {
		const files = await filesOf(item, item.parameter(filesField.name));
		const draft = await createPackage(item, 'outbound');
		const id = String(draft.id);
		const arrived: IDataObject[] = [];
		try {
			await uploadInto(item, id, files, arrived);
			const finalized = await finalizePackage(item, id);
			// What the package is from now on, without asking for it again.
			const active = { status: 'active', effectiveStatus: 'active' };
			return { json: { ...draft, ...active, files: arrived, ...sumOf(arrived), ...finalized } };
		} catch (error) {
			const problem = withItem(item.functions.getNode(), error, item.itemIndex);
			const rest = await whatIsLeft(item, id, progressOf(files, arrived));
			problem.description = `${problem.description ?? ''} ${rest}`.trim();
			throw withItem(item.functions.getNode(), problem, item.itemIndex);
		}
	},
};

/**
 * What a failure half way leaves behind, in words. Deletes the package if the user has chosen so, but only while it is
 * surely a draft: the recipient may have the link of any other.
 */
async function whatIsLeft(item: ItemContext, id: string, progress: string): Promise<string> {
	const { functions, option } = item;
	const path = packagePath(functions, id);
	const there = `The package “${id}” exists with ${progress}.`;
	const status = await statusOf(functions, path);
	if (status === undefined) {
		return `${there} Its status could not be learned: look with Package → Get whether it was sent.`;
	}
	if (status !== 'draft') return `${there} Its status is ${status}.`;
	const goOn =
		'The recipient has not been told. Go on with Upload File and Finalize, or delete it.';
	if (!option<boolean>('deleteOnFailure')) return `${there} It is a draft. ${goOn}`;
	try {
		await removePackage(item, id);
		return `The package “${id}”, which had ${progress}, was deleted again.`;
	} catch (error) {
		return `${there} It could not be deleted: ${(error as Error).message}. ${goOn}`;
	}
}
