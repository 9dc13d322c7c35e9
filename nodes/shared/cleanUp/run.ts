import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** The state that all input items of one run of the node share. */
export interface CleanUpRun {
	/** IDs whose deletion was planned or attempted: no other input item may count or delete them again. */
	readonly taken: Set<string>;
	/** Deletions that were planned in a dry run, or attempted. */
	used: number;
	/** The limit of deletions: the lowest maximum of the input items so far. */
	most: number;
	/** Why every further deletion would fail: a sentence without a period. */
	ending?: string;
	/** The numbers for the hint in the editor, of all input items so far; `isDry` if each of them was a dry run. */
	readonly seen: { checked: number; matching: number; planned: number; isDry: boolean };
}

export const newCleanUpRun = (): CleanUpRun => ({
	taken: new Set(),
	used: 0,
	most: Infinity,
	seen: { checked: 0, matching: 0, planned: 0, isDry: true },
});

const runs = new WeakMap<IExecuteFunctions, CleanUpRun>();

/**
 * Returns the state of the current run. n8n creates new functions when it retries a failed node, so the number of
 * deletions is also stored in the node's context, which survives a retry.
 * @param maxDeletions the maximum of the current input item
 */
export function cleanUpRunOf(functions: IExecuteFunctions, maxDeletions: number): CleanUpRun {
	const run = runs.get(functions) ?? { ...newCleanUpRun(), used: usedBeforeRetry(functions) };
	runs.set(functions, run);
	run.most = Math.min(run.most, maxDeletions);
	return run;
}

/** Stores the number of attempted deletions in the node's context. */
export function saveCleanUpRun(functions: IExecuteFunctions, { used }: CleanUpRun): void {
	const stored: IDataObject = functions.getContext('node');
	stored.deletions = { run: runIdOf(functions), used };
}

function usedBeforeRetry(functions: IExecuteFunctions): number {
	const stored: IDataObject = functions.getContext('node');
	const { run, used } = (stored.deletions ?? {}) as { run?: string; used?: number };
	return run === runIdOf(functions) ? (used ?? 0) : 0;
}

/** Identifies a run among the executions of a workflow and the iterations of a loop. */
const runIdOf = (functions: IExecuteFunctions): string =>
	`${functions.getExecutionId()}/${functions.getWorkflowDataProxy(0).$runIndex}`;
