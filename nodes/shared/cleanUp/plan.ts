import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { containsName } from '../text';
import { type ExpiryMatch, matchExpiryAtAll } from './expiry';
import type { CleanUpSettings } from './fields';
import { type CleanUpItem, type Clock, idOf } from './list';

export type CleanUpAction = 'wouldDelete' | 'deleted' | 'kept' | 'gone' | 'failed';

/** The result of the clean-up for one item. */
export interface CleanUpResult {
	found: CleanUpItem;
	/** Whether it matches the rule of the user. */
	fits: boolean;
	action: CleanUpAction;
	/** A sentence without a period. */
	reason: string;
	/** Advice for the user about a failure. */
	details?: string;
}

type PlanSettings = Pick<CleanUpSettings, 'rule' | 'keepIfContains' | 'label'>;

/**
 * Decides on the action for each item: first the matching ones, oldest first, then the rest in the order of the service.
 * Omits items that are certainly out of scope. The limit of deletions applies to the whole run.
 */
export function planDeletions(
	found: readonly CleanUpItem[],
	clock: Clock,
	settings: PlanSettings,
	run: CleanUpRun,
): CleanUpResult[] {
	const matching: Array<{ found: CleanUpItem } & ExpiryMatch> = [];
	const others: CleanUpResult[] = [];
	for (const one of found) {
		const verdict = verdictOn(one, clock, settings);
		const reason = verdict?.reason ?? one.doubt;
		if (verdict?.fits) matching.push({ found: one, ...verdict });
		else if (reason) others.push({ found: one, fits: false, action: 'kept', reason });
	}
	matching.sort((a, b) => a.order - b.order);
	const planned = new Set<string>();
	const decided = matching.map(({ found: one, fits, reason }): CleanUpResult => {
		const reasonToKeep =
			protectionOf(one, settings) ??
			run.ending ??
			duplicateReason(one, run, planned) ??
			overLimitReason(run, planned);
		if (reasonToKeep) {
			return { found: one, fits, action: 'kept', reason: `${reason}. ${reasonToKeep}` };
		}
		planned.add(idOf(one));
		return { found: one, fits, action: 'wouldDelete', reason };
	});
	return decided.concat(others);
}

/** Checks an item against the scope and the rule; undefined if it is certainly out of scope. */
function verdictOn(
	one: CleanUpItem,
	clock: Clock,
	{ rule }: PlanSettings,
): ExpiryMatch | undefined {
	const kept = (reason: string): ExpiryMatch => ({ fits: false, reason, order: Infinity });
	const { times, checkedAt, warning } = clock;
	const within = (times.length > 0 ? times : [checkedAt]).map((now) => one.isWithin?.(now) ?? true);
	if (within.every((match) => match === false)) return undefined;
	const doubt = within.find((match) => typeof match === 'string');
	if (doubt !== undefined) return kept(doubt);
	if (times.length === 0) return kept(warning ?? 'No dates were compared');
	if (within.includes(false)) return kept('The clocks disagree on its status');
	const verdict = matchExpiryAtAll(rule, one, times);
	return verdict.fits || !one.doubt ? verdict : kept(`${verdict.reason}. ${one.doubt}`);
}

/** Explains why a matching item is kept; undefined if it may be deleted. */
function protectionOf(
	one: CleanUpItem,
	{ keepIfContains, label }: PlanSettings,
): string | undefined {
	const { name, otherNames = [], doubt } = one;
	if (idOf(one) === '') return 'The service does not report its ID, so it cannot be deleted';
	if (doubt) return doubt;
	if (keepIfContains.length > 0 && name === undefined) {
		return `The service does not report its ${label}, so it may be protected`;
	}
	const text = keepIfContains.find((wanted) =>
		[name, ...otherNames].some((its) => containsName(its, wanted)),
	);
	return text && `Its ${label} contains “${text}”`;
}

/** Explains that an ID was planned before: items of one run may read the same list. */
function duplicateReason(
	one: CleanUpItem,
	{ taken }: CleanUpRun,
	planned: Set<string>,
): string | undefined {
	const id = idOf(one);
	if (taken.has(id)) return 'Already processed by an earlier item of this run';
	return planned.has(id) ? 'Its ID is listed more than once' : undefined;
}

const overLimitReason = ({ used, most }: CleanUpRun, planned: Set<string>): string | undefined =>
	used + planned.size < most ? undefined : `Over the limit of ${most} deletions per run`;

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
