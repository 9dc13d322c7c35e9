import { isoDate } from '../dates';
import { judge } from '../expiry';
import type { ItemContext, Operation, OperationResult } from '../operation';
import type { Field } from '../parameters';
import { deleteEach } from './deletions';
import { cleanUpFields, cleanUpOptions, type Kind } from './fields';
import type { Found, Listing, Outcome } from './outcome';
import { type Settings, settingsOf } from './settings';
import { summaryOf } from './summary';

/** What a clean-up needs of a service. */
export interface CleanUp {
	/** The service's name. */
	service: string;
	kind: Kind;
	/** Fields and options that narrow down what is looked at. */
	scope?: Field[];
	scopeOptions?: Field[];
	list(item: ItemContext): Promise<Listing>;
	remove(item: ItemContext, id: string): Promise<void>;
}

/** The operation Clean Up: reads the whole list, judges by the service's clock, deletes only what fits, and reports. */
export function cleanUpOperation(cleanUp: CleanUp): Operation {
	const { kind, scope = [], scopeOptions = [] } = cleanUp;
	return {
		value: 'cleanUp',
		name: 'Clean Up',
		action: `Clean up ${kind.noun}s`,
		description: kind.canExpire
			? `Find ${kind.noun}s that are expired, expire soon or are old, and delete them; a dry run at first`
			: `Find ${kind.noun}s that are old, and delete them; a dry run at first`,
		fields: [...cleanUpFields(kind), ...scope.map(limiting)],
		options: [...cleanUpOptions(kind), ...scopeOptions.map(limiting)],
		oneByOne: true,
		async execute(item) {
			const settings = settingsOf(item, kind);
			const listing = await cleanUp.list(item);
			const planned = plan(listing, settings, kind);
			const outcomes = settings.dryRun
				? planned
				: await deleteEach(item, planned, settings.deletionsAtOnce, cleanUp.remove);
			return resultOf(cleanUp, settings, listing, outcomes);
		},
	};
}

/** A scope that turns out empty is an error: it must never mean everything. */
const limiting = (field: Field): Field => ({ ...field, limitsDeletion: true });

/** What is to be done with each, the oldest of those that fit first; the rest in the order of the service. */
function plan({ found, now }: Listing, settings: Settings, kind: Kind): Outcome[] {
	const judged = found.map((one) => ({ found: one, ...judge(settings.rule, one, now) }));
	const fitting = judged.filter(({ fits }) => fits).sort((a, b) => a.order - b.order);
	let planned = 0;
	const decided = fitting.map((one): Outcome => {
		const obstacle =
			obstacleOf(one.found, settings, kind) ??
			(planned < settings.maxDeletions ? undefined : `More than ${settings.maxDeletions} fit`);
		if (obstacle) return { ...one, action: 'kept', reason: `${one.reason}. ${obstacle}` };
		planned++;
		return { ...one, action: 'wouldDelete' };
	});
	const others = judged.filter(({ fits }) => !fits);
	return [...decided, ...others.map((one): Outcome => ({ ...one, action: 'kept' }))];
}

/** Why something that fits is kept nevertheless. */
function obstacleOf(
	{ id, name }: Found,
	{ keepIfContains }: Settings,
	{ label }: Kind,
): string | undefined {
	if (id === undefined) return 'The service tells no ID to delete it by';
	const text = keepIfContains.find((one) => name.toLowerCase().includes(one));
	return text && `Its ${label} contains “${text}”`;
}

function resultOf(
	{ service, kind }: CleanUp,
	{ dryRun, output }: Settings,
	{ now }: Listing,
	outcomes: Outcome[],
): OperationResult | OperationResult[] {
	const checkedAt = isoDate(now);
	if (output === 'summary') {
		return { json: { ...summaryOf(service, kind.noun, outcomes), dryRun, checkedAt } };
	}
	return outcomes
		.filter(({ fits }) => fits || output === 'each')
		.map(({ found, action, reason, details }) => {
			const verdict = { action, reason, ...(details ? { details } : {}) };
			// In front, where a person looks, and not to be overwritten by a field of the service.
			return { json: { ...verdict, ...found.json, ...verdict, dryRun, checkedAt } };
		});
}
