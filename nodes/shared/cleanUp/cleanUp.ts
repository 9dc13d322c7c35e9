import type { ItemContext, Operation } from '../node/operation';
import type { OutputShape } from '../node/output';
import type { Field } from '../node/schema';
import { countPlanned, deleteEach } from './deletions';
import { cleanUpFields, cleanUpOptions, readCleanUpSettings, type ResourceLabels } from './fields';
import { type CleanUpList, readClock } from './list';
import { type CleanUpResult, planDeletions } from './plan';
import { report } from './report';
import { type CleanUpRun, cleanUpRunOf, saveCleanUpRun } from './run';

/** The service-specific part of a clean-up. */
export interface CleanUp {
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
