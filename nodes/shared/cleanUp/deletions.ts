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
 * Statuses after which every further deletion would fail as well: an invalid credential, or a rate limit that lasts
 * longer than {@link callApi} waits.
 */
const ENDING = new Set(['401', '429']);

/**
 * Executes the planned deletions, several concurrently, and returns the result of each. Only a failure with one of the
 * {@link RUN_ENDING} statuses stops the others, also for later input items of the run. Never exceeds the run's maximum
 * and never deletes an ID twice, even if the plan contains more.
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
