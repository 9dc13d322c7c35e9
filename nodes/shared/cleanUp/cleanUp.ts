import { NodeApiError } from 'n8n-workflow';

import { withItemIndex } from '../http/errors';
import { executionSignal } from '../http/stallGuard';
import { mapInBatches } from '../node/batching';
import type { ItemContext, Operation } from '../node/operation';
import type { OutputShape } from '../node/output';
import type { Field } from '../node/schema';
import { cleanUpFields, cleanUpOptions, readCleanUpSettings, type ResourceLabels } from './fields';
import { type CleanUpList, idOf, readClock } from './list';
import {
	type CleanUpResult,
	type CleanUpRun,
	cleanUpRunOf,
	newCleanUpRun,
	planDeletions,
	saveCleanUpRun,
} from './plan';
import { report } from './report';

/** The service-specific part of a clean-up. */
interface CleanUp {
	/** The service's name. */
	service: string;
	kind: ResourceLabels;
	/** How the fields of an item are named. */
	output: OutputShape;
	/** Fields and options that limit the clean-up to some of the items. */
	scope?: Field[];
	scopeOptions?: Field[];
	list(item: ItemContext): Promise<CleanUpList>;
	remove(item: ItemContext, id: string): Promise<void>;
}

/**
 * Creates the operation Clean Up: it reads the whole list, deletes the items that certainly match, and reports on all of
 * them. An item is kept, with the reason in its output, if anything about it is uncertain.
 */
export function cleanUpOperation(cleanUp: CleanUp): Operation {
	const { kind, output, scope = [], scopeOptions = [] } = cleanUp;
	return {
		value: 'cleanUp',
		name: 'Clean Up',
		action: `Clean up ${kind.canExpire ? 'expired' : 'old'} ${kind.noun}s`,
		description: kind.canExpire
			? `Delete expired, soon-to-expire or old ${kind.noun}s. Starts as a dry run.`
			: `Delete old ${kind.noun}s. Starts as a dry run.`,
		fields: [...cleanUpFields(kind), ...scope.map(limiting)],
		options: [...scopeOptions.map(limiting), ...cleanUpOptions(kind)],
		// The report on an item is not the response of a service.
		output: { ...output, simple: undefined },
		oneByOne: true,
		async execute(item) {
			const { functions } = item;
			const settings = readCleanUpSettings(item, kind);
			const run = cleanUpRunOf(functions, settings.maxDeletions);
			const { found, readings } = await cleanUp.list(item);
			const clock = readClock(cleanUp.service, readings, settings.trustsServiceClock);
			if (clock.warning) warn(item, clock.warning);
			const planned = planDeletions(found, clock, settings, run);
			countSeen(run, planned, settings.dryRun);
			showHint(item, kind, run);
			if (settings.dryRun) {
				countPlanned(planned, run);
				return report(cleanUp, settings, clock, planned);
			}
			const { deletionsAtOnce } = settings;
			const results = await deleteEach(item, planned, deletionsAtOnce, cleanUp.remove, run);
			saveCleanUpRun(functions, run);
			return report(cleanUp, settings, clock, results);
		},
	};
}

/** Makes an empty scope an error: it would otherwise select everything. */
const limiting = (field: Field): Field => ({ ...field, isSafeguard: true });

function countSeen({ seen }: CleanUpRun, planned: CleanUpResult[], dryRun: boolean): void {
	seen.checked += planned.length;
	seen.matching += planned.filter(({ fits }) => fits).length;
	seen.planned += planned.filter(({ action }) => action === 'wouldDelete').length;
	seen.isDry &&= dryRun;
}

/**
 * Shows in the editor that nothing was deleted, and why, with the last input item: an output without items has no other
 * place for it.
 */
function showHint({ functions, itemIndex }: ItemContext, kind: ResourceLabels, run: CleanUpRun) {
	if (itemIndex < functions.getInputData().length - 1) return;
	const message = hintFor(kind, run);
	if (message === undefined) return;
	functions.addExecutionHints({ type: 'info', location: 'outputPane', message });
}

function hintFor({ noun }: ResourceLabels, { seen }: CleanUpRun): string | undefined {
	const { checked, matching, planned, isDry } = seen;
	const count = (number: number) => `${number} ${noun}${number === 1 ? '' : 's'}`;
	if (isDry && planned > 0) {
		return `Dry run: nothing was deleted. ${planned} of ${count(checked)} would be deleted. To delete, turn off Dry Run.`;
	}
	const start = isDry ? 'Dry run: nothing was deleted.' : 'Nothing was deleted.';
	if (checked === 0) return `${start} There are no ${noun}s to check.`;
	if (matching === 0) return `${start} None of ${count(checked)} match.`;
	return isDry ? `${start} The reasons are in the output.` : undefined;
}

/** Shows a warning in the editor, because a report without items has no place for it. */
function warn({ functions }: ItemContext, message: string): void {
	functions.addExecutionHints({ type: 'warning', location: 'outputPane', message: `${message}.` });
}

/** Counts the planned deletions of a dry run as if they had been executed, for the next input items. */
function countPlanned(planned: CleanUpResult[], run: CleanUpRun): void {
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
