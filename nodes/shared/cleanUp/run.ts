import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** What all input items of one run of the node share. */
export interface Run {
	/** IDs that an item has planned or tried to delete: no other item may count or delete them again. */
	readonly taken: Set<string>;
	/** Deletions that were planned in a dry run, or tried. */
	used: number;
	/** Deletions that are allowed in all: the lowest maximum of the items so far. */
	most: number;
	/** Why no further deletion makes sense, a sentence without its full stop. */
	ending?: string;
}

export const newRun = (): Run => ({ taken: new Set(), used: 0, most: Infinity });

const runs = new WeakMap<IExecuteFunctions, Run>();

/**
 * The state of the run that the functions belong to. n8n makes new functions when it retries a failed node, so the number
 * of deletions is in the node's context too, which survives a retry.
 */
export function runOf(functions: IExecuteFunctions): Run {
	const known = runs.get(functions);
	if (known) return known;
	const run = { ...newRun(), used: usedBefore(functions) };
	runs.set(functions, run);
	return run;
}

/** Notes in the node's context how many deletions the run has tried. */
export function rememberRun(functions: IExecuteFunctions, { used }: Run): void {
	const memory: IDataObject = functions.getContext('node');
	memory.deletions = { run: nameOf(functions), used };
}

function usedBefore(functions: IExecuteFunctions): number {
	const memory: IDataObject = functions.getContext('node');
	const { run, used } = (memory.deletions ?? {}) as { run?: string; used?: number };
	return run === nameOf(functions) ? (used ?? 0) : 0;
}

/** Tells the runs of a node in a loop, and executions of the same workflow, from each other. */
const nameOf = (functions: IExecuteFunctions): string =>
	`${functions.getExecutionId()}/${functions.getWorkflowDataProxy(0).$runIndex}`;
