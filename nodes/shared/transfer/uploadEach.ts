import type { IDataObject } from 'n8n-workflow';

import { withItem } from '../http/errors';
import type { ItemContext, OperationResult } from '../node/operation';
import { optionalText } from '../node/parameters';
import { invalidParameter } from '../node/schema';
import { safeFileName } from '../files/fileName';
import { type FileSource, filesOf } from '../files/source';

/**
 * Uploads the files of an item one after the other and returns an output item for each. If one fails, the error lists
 * those already uploaded.
 * @param idField the output field that identifies the uploaded file
 * @param upload returns the output of one file
 * @param singular options that only make sense for one file, as name and label; File Name is always one of them
 * @param check throws for a file that cannot be uploaded with the current settings; called for every file before the
 * first upload
 */
export async function uploadEach(
	item: ItemContext,
	idField: string,
	upload: (file: FileSource) => Promise<IDataObject>,
	singular: Readonly<Record<string, string>> = {},
	check: (file: FileSource) => void = () => {},
): Promise<OperationResult[]> {
	const named = await filesOf(item, item.parameter('binaryPropertyName'));
	if (named.length > 1)
		rejectSingularOptions(item, { fileName: 'File Name', ...singular }, named.length);
	const name = optionalText(item.option('fileName'));
	const files = named.map((file) => (name ? { ...file, fileName: safeFileName(name) } : file));
	for (const file of files) check(file);
	const uploaded: Array<{ file: FileSource; json: IDataObject }> = [];
	for (const file of files) {
		try {
			uploaded.push({ file, json: await upload(file) });
		} catch (error) {
			const problem = withItem(item.functions.getNode(), error, item.itemIndex);
			const done = uploaded.map((one) => `“${one.file.fileName}” (${String(one.json[idField])})`);
			if (done.length > 0) {
				problem.description = `${problem.description ?? ''} Already uploaded: ${done.join(', ')}.`;
			}
			throw withItem(item.functions.getNode(), problem, item.itemIndex);
		}
	}
	return uploaded.map(({ file, json }) => ({ json: { ...json, binaryPropertyName: file.field } }));
}

/** @throws NodeOperationError if such an option is set for several files */
function rejectSingularOptions(
	item: ItemContext,
	singular: Readonly<Record<string, string>>,
	count: number,
): void {
	const name = Object.keys(singular).find((one) => optionalText(item.option(one)));
	if (name === undefined) return;
	throw invalidParameter(
		item,
		singular[name],
		`cannot be used with ${count} files`,
		'Remove this option, or upload one file at a time.',
	);
}
