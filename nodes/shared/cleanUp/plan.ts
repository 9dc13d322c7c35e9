import { judge, type Now } from '../expiry';
import { nameContains } from '../names';
import type { Kind } from './fields';
import type { Settings } from './settings';
import type { CleanUpItem, CleanUpResult } from './types';

/** What all input items of one run of the node have selected so far: they share one budget. */
export interface Budget {
	/** IDs. */
	selected: Set<string>;
}

/**
 * What is to be done with each entry of a list: the oldest of those that fit first, the rest in the order of the service.
 * What is in doubt is kept.
 * @param now a sentence where no clock can be trusted: then all is kept
 */
export function plan(
	found: CleanUpItem[],
	settings: Settings,
	kind: Kind,
	now: Now | string,
	budget: Budget,
): CleanUpResult[] {
	const contradictory = idsOfSeveral(found);
	const inScope = found.filter((one) => one.inScope !== false);
	const judged = inScope.map((one) => ({
		found: one,
		...(typeof now === 'string'
			? { fits: false, reason: `${now}. So nothing is known to be over`, order: Infinity }
			: judge(settings.rule, one, now)),
	}));
	const fitting = judged.filter(({ fits }) => fits).sort((a, b) => a.order - b.order);
	const decided = fitting.map(({ found: one, reason }): CleanUpResult => {
		const obstacle =
			reasonToKeep(one, settings, kind, contradictory) ?? lackOf(budget, one, settings);
		if (obstacle) {
			return { found: one, fits: true, action: 'kept', reason: `${reason}. ${obstacle}` };
		}
		budget.selected.add(one.id ?? '');
		return { found: one, fits: true, action: 'wouldDelete', reason };
	});
	const others = judged.filter(({ fits }) => !fits);
	return decided.concat(
		others.map(({ found: one, reason }) => ({ found: one, fits: false, action: 'kept', reason })),
	);
}

/** IDs under which a list has entries that differ: nothing tells which of them is right. */
function idsOfSeveral(found: CleanUpItem[]): Set<string> {
	const once = new Set<string>();
	const several = new Set<string>();
	for (const { id } of found) {
		if (id !== undefined) (once.has(id) ? several : once).add(id);
	}
	return several;
}

/** Why an entry is kept although its dates fit. */
function reasonToKeep(
	{ id, name, inScope }: CleanUpItem,
	{ keepIfContains }: Settings,
	{ label }: Kind,
	contradictory: Set<string>,
): string | undefined {
	if (id === undefined) return 'The service tells no ID to delete it by';
	if (typeof inScope === 'string') return inScope;
	if (contradictory.has(id)) return 'The list has it more than once, with different details';
	if (keepIfContains.length === 0) return undefined;
	if (name === undefined) return `The service reports no ${label}, so it may be one to keep`;
	const text = keepIfContains.find((one) => nameContains(name, one));
	return text && `Its ${label} contains “${text}”`;
}

function lackOf(
	{ selected }: Budget,
	{ id }: CleanUpItem,
	{ maxDeletions }: Settings,
): string | undefined {
	if (selected.has(id ?? '')) return 'An earlier input item has selected it';
	return selected.size < maxDeletions ? undefined : `More than ${maxDeletions} fit`;
}
