import type { ItemContext, OperationResult } from '../../shared/node/operation';
import { outputFieldsWithoutLink, outputResult, type Result } from './output';
import { readSeveralSources, severalSourcesFields } from './sources';
import type { Field } from '../../shared/node/schema';

/** The fields of an operation that combines several files, with its own fields in between. */
export const combineFields = (...own: Field[]): Field[] => [
	...severalSourcesFields,
	...own,
	...outputFieldsWithoutLink,
];

/**
 * Combines several files into one result, which is paired with the input items that the files come from. Returns nothing
 * for an item whose file is part of the result of the first item.
 * @param describe returns the request for these files
 * @throws NodeApiError, NodeOperationError
 */
export async function combineFiles(
	item: ItemContext,
	describe: (sources: string[]) => Result,
): Promise<OperationResult[]> {
	const several = readSeveralSources(item);
	if (!several) return [];
	const { sources, pairedItem } = several;
	const result = await outputResult(item, describe(sources));
	return [{ ...result, ...(pairedItem && { pairedItem }) }];
}
