import { NodeApiError } from 'n8n-workflow';

import { inBatches } from '../batching';
import { withItem } from '../errors';
import { cancelSignalOf } from '../http';
import type { ItemContext } from '../operation';
import type { CleanUpResult } from './types';

/** Answers that say that it is not there any more. */
const GONE = new Set(['404', '410']);

/**
 * Answers after which a further deletion makes no sense: the credential is not good, or the service wants no more
 * requests for longer than {@link callApi} waits.
 */
const ENDING = new Set(['401', '429']);

/** Deletes what is planned, a few at once, and tells of each what became of it. No failure stops the others but these. */
export async function deleteEach(
	item: ItemContext,
	planned: CleanUpResult[],
	atOnce: number,
	remove: (item: ItemContext, id: string) => Promise<void>,
): Promise<CleanUpResult[]> {
	let ending: string | undefined;
	const attempt = async (one: CleanUpResult): Promise<CleanUpResult> => {
		if (one.action !== 'wouldDelete') return one;
		if (ending) return { ...one, action: 'kept', reason: ending };
		try {
			await remove(item, one.found.id ?? '');
			return { ...one, action: 'deleted' };
		} catch (thrown) {
			const error = withItem(item.functions.getNode(), thrown, item.itemIndex);
			const status = error instanceof NodeApiError ? (error.httpCode ?? '') : '';
			if (GONE.has(status)) {
				return { ...one, action: 'gone', reason: `It was not there any more: ${error.message}` };
			}
			if (ENDING.has(status)) ending ??= `Not tried, because of an earlier one: ${error.message}`;
			const details = error.description ?? undefined;
			return { ...one, action: 'failed', reason: error.message, details };
		}
	};
	const signal = cancelSignalOf(item.functions);
	const tried = await inBatches(planned.length, { itemsAtOnce: atOnce }, signal, (index) =>
		attempt(planned[index]),
	);
	const untried = (one: CleanUpResult): CleanUpResult =>
		one.action === 'wouldDelete' ? { ...one, action: 'kept', reason: 'Not tried' } : one;
	return planned.map((one, index) => tried[index] ?? untried(one));
}
