import type { ItemContext, Operation } from '../node/operation';
import type { OutputShape } from '../node/output';
import type { Field } from '../node/schema';
import { countPlanned, deleteEach } from './deletions';
import { cleanUpFields, cleanUpOptions, readCleanUpSettings, type ResourceLabels } from './fields';
import { type CleanUpList, readClock } from './list';
import { planDeletions } from './plan';
import { report } from './report';
import { cleanUpRunOf, saveCleanUpRun } from './run';

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
		action: `Clean up ${kind.noun}s`,
		description: kind.canExpire
			? `Delete expired, soon-to-expire or old ${kind.noun}s. Starts as a dry run.`
			: `Delete old ${kind.noun}s. Starts as a dry run.`,
		fields: [...cleanUpFields(kind), ...scope.map(limiting)],
		options: [...cleanUpOptions(kind), ...scopeOptions.map(limiting)],
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

/** Shows a warning in the editor, because a report without items has no place for it. */
function warn({ functions }: ItemContext, message: string): void {
	functions.addExecutionHints({ type: 'warning', location: 'outputPane', message: `${message}.` });
}
