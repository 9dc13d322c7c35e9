import { NodeApiError } from 'n8n-workflow';

import { inBatches } from '../batching';
import { withItem } from '../errors';
import { cancelSignalOf } from '../http';
import type { ItemContext } from '../operation';
import { idOf, type Outcome } from './outcome';
import { newRun, type Run } from './run';

/** Answers that say that it is not there any more. */
const GONE = new Set(['404', '410']);

/**
 * Answers after which a further deletion makes no sense: the credential is not good, or the service wants no more
 * requests for longer than {@link callApi} waits.
 */
const ENDING = new Set(['401', '429']);

/**
 * Deletes what is planned, a few at once, and tells of each what became of it. No failure stops the others but these,
 * which also end the run for the input items to come. Never exceeds what the run has left, and never takes an ID twice,
 * whatever the plan says.
 */
export async function deleteEach(
	item: ItemContext,
	planned: Outcome[],
	atOnce: number,
	remove: (item: ItemContext, id: string) => Promise<void>,
	run: Run = newRun(),
): Promise<Outcome[]> {
	const attempt = async (one: Outcome): Promise<Outcome> => {
		const id = idOf(one.found);
		const obstacle =
			run.ending ??
			(run.taken.has(id) ? 'Not tried, because its ID was dealt with already' : undefined) ??
			(run.used < run.most ? undefined : `Not tried: ${run.most} are deleted at most`);
		if (obstacle) return { ...one, action: 'kept', reason: obstacle };
		run.taken.add(id);
		run.used++;
		try {
			await remove(item, id);
			return { ...one, action: 'deleted' };
		} catch (thrown) {
			const error = withItem(item.functions.getNode(), thrown, item.itemIndex);
			const status = error instanceof NodeApiError ? (error.httpCode ?? '') : '';
			if (GONE.has(status)) {
				return { ...one, action: 'gone', reason: `It was not there any more: ${error.message}` };
			}
			if (ENDING.has(status))
				run.ending ??= `Not tried, because of an earlier one: ${error.message}`;
			const details = error.description ?? undefined;
			return { ...one, action: 'failed', reason: error.message, details };
		}
	};
	const places = planned.flatMap(({ action }, place) => (action === 'wouldDelete' ? [place] : []));
	const signal = cancelSignalOf(item.functions);
	const tried = await inBatches(places.length, { itemsAtOnce: atOnce }, signal, (index) =>
		attempt(planned[places[index]]),
	);
	const outcomes = [...planned];
	for (const [index, place] of places.entries()) {
		outcomes[place] = tried[index] ?? { ...planned[place], action: 'kept', reason: 'Not tried' };
	}
	return outcomes;
}
