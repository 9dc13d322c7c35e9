import { isoDate } from '../dates';
import type { ItemContext, Operation, OperationResult } from '../node/operation';
import type { Field } from '../node/schema';
import { type Clock, clockOf } from './clock';
import { deleteEach } from './deletions';
import { cleanUpFields, cleanUpOptions, type Kind } from './fields';
import { idOf, type Listing, type Outcome } from './list';
import { plan } from './plan';
import { rememberRun, runOf } from './run';
import { type Settings, settingsOf } from './settings';
import { summaryOf } from './summary';

/** The service-specific part of a clean-up. */
export interface CleanUp {
	/** The service's name. */
	service: string;
	kind: Kind;
	/** Fields and options that limit the clean-up to some of the items. */
	scope?: Field[];
	scopeOptions?: Field[];
	list(item: ItemContext): Promise<Listing>;
	remove(item: ItemContext, id: string): Promise<void>;
}

/**
 * Creates the operation Clean Up: it reads the whole list, deletes the items that certainly match, and reports on all of
 * them. An item is kept, with the reason in its output, if anything about it is uncertain.
 */
export function cleanUpOperation(cleanUp: CleanUp): Operation {
	const { kind, scope = [], scopeOptions = [] } = cleanUp;
	return {
		value: 'cleanUp',
		name: 'Clean Up',
		action: `Clean up ${kind.noun}s`,
		description: kind.canExpire
			? `Delete expired, soon-to-expire or old ${kind.noun}s. Starts as a dry run.`
			: `Delete old ${kind.noun}s. Starts as a dry run.`,
		fields: [...cleanUpFields(kind), ...scope.map(limiting)],
		options: [...cleanUpOptions(kind), ...scopeOptions.map(limiting)],
		oneByOne: true,
		async execute(item) {
			const { functions } = item;
			const settings = settingsOf(item, kind);
			const run = runOf(functions);
			run.most = Math.min(run.most, settings.maxDeletions);
			const { found, readings } = await cleanUp.list(item);
			const clock = clockOf(cleanUp.service, readings, settings.trustsServiceClock);
			if (clock.warning) warn(item, clock.warning);
			const planned = plan(found, clock, settings, run);
			if (settings.dryRun) {
				for (const one of planned.filter(({ action }) => action === 'wouldDelete')) {
					run.taken.add(idOf(one.found));
					run.used++;
				}
				return resultOf(cleanUp, settings, clock, planned);
			}
			const outcomes = await deleteEach(
				item,
				planned,
				settings.deletionsAtOnce,
				cleanUp.remove,
				run,
			);
			rememberRun(functions, run);
			return resultOf(cleanUp, settings, clock, outcomes);
		},
	};
}

/** Makes an empty scope an error: it would otherwise select everything. */
const limiting = (field: Field): Field => ({ ...field, isSafeguard: true });

/** Shows a warning in the editor, because a report without items has no place for it. */
function warn({ functions }: ItemContext, message: string): void {
	functions.addExecutionHints({ type: 'warning', location: 'outputPane', message: `${message}.` });
}

function resultOf(
	{ service, kind }: CleanUp,
	{ dryRun, output }: Settings,
	{ checkedAt: time, warning }: Clock,
	outcomes: Outcome[],
): OperationResult | OperationResult[] {
	const common = { dryRun, checkedAt: isoDate(time), ...(warning ? { warning } : {}) };
	if (output === 'summary') {
		return { json: { ...summaryOf(service, kind.noun, outcomes, warning), ...common } };
	}
	return outcomes
		.filter(({ fits }) => fits || output === 'each')
		.map(({ found, action, reason, details }) => {
			const verdict = { action, reason, ...(details ? { details } : {}) };
			// First, where a reader looks, and again at the end, so that a field of the service cannot overwrite them.
			return { json: { ...verdict, ...found.json, ...verdict, ...common } };
		});
}
