import { NodeApiError } from 'n8n-workflow';

import { inBatches } from '../node/batching';
import { withItem } from '../http/errors';
import { cancelSignalOf } from '../http/client';
import type { ItemContext } from '../node/operation';
import { idOf, type Outcome } from './list';
import { newRun, type Run } from './run';

/** Statuses for an item that no longer exists. */
const NOT_FOUND = new Set(['404', '410']);

/**
 * Statuses after which every further deletion would fail as well: an invalid credential, or a rate limit that lasts
 * longer than {@link callApi} waits.
 */
const RUN_ENDING = new Set(['401', '429']);

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
		const reasonToKeep =
			run.ending ??
			(run.taken.has(id) ? 'Skipped because its ID has already been processed' : undefined) ??
			(run.used < run.most
				? undefined
				: `Skipped because of the limit of ${run.most} deletions per run`);
		if (reasonToKeep) return { ...one, action: 'kept', reason: reasonToKeep };
		run.taken.add(id);
		run.used++;
		try {
			await remove(item, id);
			return { ...one, action: 'deleted' };
		} catch (thrown) {
			const error = withItem(item.functions.getNode(), thrown, item.itemIndex);
			const status = error instanceof NodeApiError ? (error.httpCode ?? '') : '';
			if (NOT_FOUND.has(status)) {
				return { ...one, action: 'gone', reason: `No longer exists: ${error.message}` };
			}
			if (RUN_ENDING.has(status))
				run.ending ??= `Skipped because an earlier deletion failed: ${error.message}`;
			const details = error.description ?? undefined;
			return { ...one, action: 'failed', reason: error.message, details };
		}
	};
	const positions = planned.flatMap(({ action }, position) =>
		action === 'wouldDelete' ? [position] : [],
	);
	const signal = cancelSignalOf(item.functions);
	const attempted = await inBatches(positions.length, { itemsAtOnce: atOnce }, signal, (index) =>
		attempt(planned[positions[index]]),
	);
	const outcomes = [...planned];
	const reason = 'Skipped because the execution was stopped';
	for (const [index, position] of positions.entries()) {
		outcomes[position] = attempted[index] ?? { ...planned[position], action: 'kept', reason };
	}
	return outcomes;
}
