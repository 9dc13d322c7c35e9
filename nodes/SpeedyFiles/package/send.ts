import type { IDataObject } from 'n8n-workflow';

import { withItemIndex } from '../../shared/http/errors';
import { inputField, sourceFields } from '../../shared/node/fields';
import type { ItemContext, Operation, OperationResult } from '../../shared/node/operation';
import { type Field, invalidParameter } from '../../shared/node/schema';
import { type FileSource, readSourceFiles } from '../../shared/files/source';
import { packageOutput, totalsOf } from '../describe';
import { speedyFiles } from '../service';
import { createPackage } from './create';
import { emailField, lifetime, nameField, noteOption, packagePath, titleField } from './fields';
import { fetchStatus, finalizePackage, removePackage } from './package';
import { describeUploaded, transferOptions, uploadFilesInto } from './upload';

const filesField: Field = {
	...inputField,
	default: '*',
	placeholder: 'e.g. data, invoice',
	hint: 'The names of the input fields that contain the files, separated by commas, or * for all files',
	description: 'All of these files are sent in one package',
};

const togetherField: Field = {
	displayName: 'All Items in One Package',
	name: 'allItemsInOnePackage',
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description:
		'Whether to send the files of all input items in one package, with one email. If turned off, each item becomes a separate package.',
};

const deleteOption: Field = {
	displayName: 'Delete Package on Failure',
	name: 'deleteOnFailure',
	type: 'boolean',
	default: false,
	description:
		'Whether to delete the package if an upload or finalizing fails. If turned off, it is kept as a draft. Packages that were sent are never deleted.',
};

export const send: Operation = {
	value: 'send',
	name: 'Send',
	action: 'Send files by email as magic link',
	description: 'Create a package, upload the files and email the magic link in one step',
	fields: [
		titleField,
		emailField,
		nameField,
		...sourceFields(filesField),
		togetherField,
		lifetime.count,
		lifetime.unit,
	],
	output: packageOutput,
	options: [noteOption, deleteOption, ...transferOptions],
	async execute(item) {
		suggestTogether(item);
		return await sendPackage([item]);
	},
	together: {
		field: togetherField,
		async execute(items) {
			requireSameValues(items);
			return await sendPackage(items);
		},
	},
};

/** Sends the files of the items in one package, in the order of the items. The first item describes the package. */
async function sendPackage(items: ItemContext[]): Promise<OperationResult> {
	const [first] = items;
	const files = await readStoredFiles(items);
	const draft = await createPackage(first, 'outbound');
	const id = String(draft.json.id);
	const uploaded: IDataObject[] = [];
	let current = first;
	try {
		for (const [index, item] of items.entries()) {
			current = item;
			const own = files[index] ?? (await readSourceFiles(item, speedyFiles));
			await uploadFilesInto(item, id, own, uploaded);
		}
		current = first;
		const finalized = await finalizePackage(first, id);
		// Finalizing makes the package active, so no other request is needed to get its status.
		return {
			json: { ...draft.json, status: 'active', files: uploaded, ...finalized },
			added: totalsOf(uploaded),
		};
	} catch (error) {
		const node = first.functions.getNode();
		const problem = withItemIndex(node, error, current.itemIndex);
		const total = files.reduce((sum, own) => sum + (own?.length ?? 1), 0);
		const remainder = await describeRemainder(first, id, describeUploaded(total, uploaded));
		problem.description = `${problem.description ?? ''} ${remainder}`.trim();
		throw withItemIndex(node, problem, current.itemIndex);
	}
}

/**
 * Returns the files of each item before the package is created; a file that several items contain only once. The URLs of
 * further items are opened when it is their turn, and undefined here, because an open connection would time out.
 */
async function readStoredFiles(items: ItemContext[]): Promise<Array<FileSource[] | undefined>> {
	const read = items.map(async (item, index) =>
		index === 0 || item.parameter('source') !== 'url'
			? await readSourceFiles(item, speedyFiles)
			: undefined,
	);
	const seen = new Set<string>();
	const isNew = ({ storageId }: FileSource) => {
		if (storageId === undefined) return true;
		const isFirst = !seen.has(storageId);
		seen.add(storageId);
		return isFirst;
	};
	return (await Promise.all(read)).map((own) => own?.filter(isNew));
}

/** Shows in the editor, with the last item, that a recipient gets several emails, because it is easily overlooked. */
function suggestTogether({ functions, itemIndex }: ItemContext): void {
	const count = functions.getInputData().length;
	if (itemIndex < count - 1) return;
	const emails = [...functions.getInputData().keys()].map((index) => emailOf(functions, index));
	if (new Set(emails).size === count) return;
	const message = `Each of the ${count} items is sent in a separate package, with a separate email. To send one package, turn on ${togetherField.displayName}.`;
	functions.addExecutionHints({ type: 'info', location: 'outputPane', message });
}

/** Returns a value for each item with an invalid expression, which fails on its own. */
function emailOf(functions: ItemContext['functions'], index: number): unknown {
	try {
		const email = functions.getNodeParameter(emailField.name, index, '');
		return typeof email === 'string' ? email.trim().toLowerCase() : index;
	} catch {
		return index;
	}
}

/** The values that describe the package, and not a file. */
const PACKAGE_FIELDS = [titleField, emailField, nameField, lifetime.count, lifetime.unit];
const PACKAGE_OPTIONS = [noteOption, deleteOption];

/** @throws NodeOperationError that names the field and the two items, because a package has one recipient and one title */
function requireSameValues(items: ItemContext[]): void {
	const [first] = items;
	const compare = (label: string, read: (item: ItemContext) => unknown) => {
		const textIn = (item: ItemContext) => String(read(item) ?? '').trim();
		const other = items.find((item) => textIn(item) !== textIn(first));
		if (!other) return;
		const [one, two] = [first.itemIndex, other.itemIndex];
		throw invalidParameter(
			other,
			label,
			`has different values in the items ${one} and ${two}`,
			`Item ${one} has “${textIn(first)}”, item ${two} has “${textIn(other)}”. A package has one recipient and one title: use the same values for all items, or turn off “${togetherField.displayName}”.`,
		);
	};
	for (const { displayName, name } of PACKAGE_FIELDS) {
		compare(displayName, ({ parameter }) => parameter(name));
	}
	for (const { displayName, name } of PACKAGE_OPTIONS) {
		compare(displayName, ({ option }) => option(name));
	}
}

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
