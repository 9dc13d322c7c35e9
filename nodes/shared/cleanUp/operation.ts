import type { IExecuteFunctions } from 'n8n-workflow';

import { isoDate } from '../dates';
import type { ItemContext, Operation, OperationResult } from '../operation';
import { collectPages } from '../paging';
import type { Field } from '../parameters';
import { CleanUpClock } from './clock';
import { deleteEach } from './deletions';
import { cleanUpFields, cleanUpOptions, type Kind } from './fields';
import { type Budget, plan } from './plan';
import { type Settings, settingsOf } from './settings';
import { summaryOf } from './summary';
import type { CleanUpItem, CleanUpList, CleanUpResult } from './types';

/** What a clean-up needs of a service. */
export interface CleanUp<Position> {
	/** The service's name. */
	service: string;
	kind: Kind;
	/** Fields and options that limit what is looked at. */
	scope?: Field[];
	scopeOptions?: Field[];
	/** The whole list, with the scope of the input item. */
	list(item: ItemContext): Promise<CleanUpList<Position>>;
	remove(item: ItemContext, id: string): Promise<void>;
}

/**
 * The operation Clean Up: reads the whole list, judges by the clocks of the service and of this n8n, deletes only what
 * fits without any doubt, and reports.
 */
export function cleanUpOperation<Position>(cleanUp: CleanUp<Position>): Operation {
	const { kind, scope = [], scopeOptions = [] } = cleanUp;
	return {
		value: 'cleanUp',
		name: 'Clean Up',
		action: `Clean up ${kind.noun}s`,
		description: kind.canExpire
			? `Find ${kind.noun}s that are expired, expire soon or are old, and delete them; a dry run at first`
			: `Find ${kind.noun}s that are old, and delete them; a dry run at first`,
		fields: [...cleanUpFields(kind), ...scope.map(toSafeguard)],
		options: [...cleanUpOptions(kind), ...scopeOptions.map(toSafeguard)],
		oneByOne: true,
		async execute(item) {
			const settings = settingsOf(item, kind);
			const clock = new CleanUpClock(cleanUp.service, settings.trustsServiceClock);
			const found = await readList(await cleanUp.list(item), clock);
			const planned = plan(found, settings, kind, clock.now(), budgetOf(item.functions));
			const results = settings.dryRun
				? planned
				: await deleteEach(item, planned, settings.deletionsAtOnce, cleanUp.remove);
			return outputOf(cleanUp, settings, clock, results);
		},
	};
}

/** A scope that turns out empty is an error: it must never mean everything. */
const toSafeguard = (field: Field): Field => ({ ...field, isSafeguard: true });

const budgets = new WeakMap<IExecuteFunctions, Budget>();

/** The budget of a run of the node; n8n makes new functions for each. */
function budgetOf(functions: IExecuteFunctions): Budget {
	const budget = budgets.get(functions) ?? { selected: new Set<string>() };
	budgets.set(functions, budget);
	return budget;
}

/** All entries; one that the list has twice comes twice if its entries differ. */
async function readList<Position>(
	{ first, fetchPage }: CleanUpList<Position>,
	clock: CleanUpClock,
): Promise<CleanUpItem[]> {
	const fetchTimed = async (position: Position) => {
		const page = await fetchPage(position);
		clock.see(page.date);
		return page;
	};
	return await collectPages(first, fetchTimed, { idOf: fingerprintOf });
}

const fingerprintOf = ({ id, name, createdAt, expiresAt, inScope, ...more }: CleanUpItem) =>
	JSON.stringify([
		...[id ?? more.json, name, createdAt, expiresAt, inScope],
		...[more.saysExpired, more.isUsedUp],
	]);

function outputOf<Position>(
	{ service, kind }: CleanUp<Position>,
	{ dryRun, output }: Settings,
	clock: CleanUpClock,
	results: CleanUpResult[],
): OperationResult | OperationResult[] {
	const now = clock.now();
	const about =
		typeof now === 'string'
			? { dryRun, checkedAt: isoDate(Date.now()), notice: `${now}, so nothing is deleted.` }
			: { dryRun, checkedAt: isoDate(now.earliest) };
	if (output === 'summary') {
		return { json: { ...summaryOf(service, kind.noun, results, about.notice), ...about } };
	}
	return results
		.filter(({ fits }) => fits || output === 'each')
		.map(({ found, action, reason, details }) => {
			const verdict = { action, reason, ...(details ? { details } : {}) };
			// In front, where a person looks, and not to be overwritten by a field of the service.
			return { json: { ...verdict, ...found.json, ...verdict, ...about } };
		});
}
