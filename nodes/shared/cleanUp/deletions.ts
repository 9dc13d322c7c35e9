import { NodeApiError } from 'n8n-workflow';

import { executionSignal } from '../http/stallGuard';
import { withItemIndex } from '../http/errors';
import { mapInBatches } from '../node/batching';
import type { ItemContext } from '../node/operation';
import { idOf } from './list';
import type { CleanUpResult } from './plan';
import { type CleanUpRun, newCleanUpRun } from './run';

/** Counts the planned deletions of a dry run as if they had been executed, for the next input items. */
export function countPlanned(planned: CleanUpResult[], run: CleanUpRun): void {
	for (const { found, action } of planned) {
		if (action === 'wouldDelete') countDeletion(run, idOf(found));
	}
}

/**
 * Executes the planned deletions, several concurrently, and returns the result of each. Only a failure with one of the
 * {@link RUN_ENDING} statuses stops the others, also for later input items of the run. Never exceeds the run's maximum
 * and never deletes an ID twice, even if the plan contains more.
 */
export async function deleteEach(
	item: ItemContext,
	planned: CleanUpResult[],
	atOnce: number,
	remove: (item: ItemContext, id: string) => Promise<void>,
	run: CleanUpRun = newCleanUpRun(),
): Promise<CleanUpResult[]> {
	const positions = planned.flatMap(({ action }, position) =>
		action === 'wouldDelete' ? [position] : [],
	);
	const attempt = async (one: CleanUpResult): Promise<CleanUpResult> => {
		const id = idOf(one.found);
		const reasonToKeep = skipReason(id, run);
		if (reasonToKeep) return { ...one, action: 'kept', reason: reasonToKeep };
		countDeletion(run, id);
		try {
			await remove(item, id);
			return { ...one, action: 'deleted' };
		} catch (thrown) {
			return failedDeletion(item, one, thrown, run);
		}
	};
	const signal = executionSignal(item.functions);
	const attempted = await mapInBatches(positions.length, { itemsAtOnce: atOnce }, signal, (index) =>
		attempt(planned[positions[index]]),
	);
	const results = [...planned];
	const reason = 'Skipped because the execution was stopped';
	for (const [index, position] of positions.entries()) {
		results[position] = attempted[index] ?? { ...planned[position], action: 'kept', reason };
	}
	return results;
}

function skipReason(id: string, { ending, taken, used, most }: CleanUpRun): string | undefined {
	if (ending) return ending;
	if (taken.has(id)) return 'Skipped because its ID has already been processed';
	return used < most ? undefined : `Skipped because of the limit of ${most} deletions per run`;
}

function countDeletion(run: CleanUpRun, id: string): void {
	run.taken.add(id);
	run.used++;
}

/** Statuses for an item that no longer exists. */
const NOT_FOUND = new Set(['404', '410']);

/**
 * Statuses after which every further deletion would fail as well: an invalid credential, or a rate limit that lasts
 * longer than `callApi` waits.
 */
const RUN_ENDING = new Set(['401', '429']);

function failedDeletion(
	{ functions, itemIndex }: ItemContext,
	one: CleanUpResult,
	thrown: unknown,
	run: CleanUpRun,
): CleanUpResult {
	const error = withItemIndex(functions.getNode(), thrown, itemIndex);
	const status = error instanceof NodeApiError ? (error.httpCode ?? '') : '';
	if (NOT_FOUND.has(status)) {
		return { ...one, action: 'gone', reason: `No longer exists: ${error.message}` };
	}
	if (RUN_ENDING.has(status)) {
		run.ending ??= `Skipped because an earlier deletion failed: ${error.message}`;
	}
	const details = error.description ?? undefined;
	return { ...one, action: 'failed', reason: error.message, details };
}
