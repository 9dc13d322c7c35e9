import type { IDataObject } from 'n8n-workflow';

import { withItem } from '../errors';
import type { ItemContext, OperationResult } from '../operation';
import { optionalText } from '../parameters';
import { invalidParameter } from '../schema';
import { safeFileName } from './fileName';
import { type FileSource, filesOf } from './source';

/**
 * Uploads the files of an item one after the other and gives back an item for each. When one fails, the error names
 * those that are already there.
 * @param upload gives back what the output shall say; `idField` is the field of it that tells the file from others
 * @param check throws for a file that cannot be sent with the present settings; asked for all before the first is sent
 * @param singular options that make sense for one file only, name and label; the file's name is always one of them
 */
export async function uploadEach(
	item: ItemContext,
	idField: string,
	upload: (file: FileSource) => Promise<IDataObject>,
	singular: Readonly<Record<string, string>> = {},
	check: (file: FileSource) => void = () => {},
): Promise<OperationResult[]> {
	const named = await filesOf(item, item.parameter('binaryPropertyName'));
	if (named.length > 1) refuseSingular(item, { fileName: 'File Name', ...singular }, named.length);
	const name = optionalText(item.option('fileName'));
	const files = named.map((file) => (name ? { ...file, fileName: safeFileName(name) } : file));
	for (const file of files) check(file);
	const uploaded: Array<{ file: FileSource; json: IDataObject }> = [];
	for (const file of files) {
		try {
			uploaded.push({ file, json: await upload(file) });
		} catch (error) {
			const problem = withItem(item.functions.getNode(), error, item.itemIndex);
			const there = uploaded.map((one) => `“${one.file.fileName}” (${String(one.json[idField])})`);
			if (there.length > 0) {
				problem.description = `${problem.description ?? ''} Already uploaded: ${there.join(', ')}.`;
			}
			throw withItem(item.functions.getNode(), problem, item.itemIndex);
		}
	}
	return uploaded.map(({ file, json }) => ({ json: { ...json, binaryPropertyName: file.field } }));
}

/** @throws NodeOperationError where one value would have to do for several files */
function refuseSingular(
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
