import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { type Json, textOf } from '../../shared/service';
import { filePage } from '../file/list';
import { changePage, type Position, wholeSeconds } from './feed';
import type { Following } from './follow';
import { ANY_ACTION } from './followState';
import { changeItems } from './items';

const DAYS_BACK = 30;
const DAY_MS = 86_400_000;
/** The most pages of changes to read. The latest change is on the last page. */
const PAGES = 20;
/** The most changes whose files are fetched. */
const CANDIDATES = 10;

/**
 * Finds a sample item for building the workflow: the latest change that would start it, or else the first file of the
 * list, as if it had just been created.
 */
export async function latestChange(
	context: IPollFunctions,
	following: Following,
): Promise<IDataObject | undefined> {
	const changes = await recentChanges(context, following);
	const candidates = changes.reverse().slice(0, CANDIDATES);
	for (const change of [...candidates, ...(await filesAsChanges(context, following))]) {
		const [item] = await changeItems(context, [change], following.details);
		if (following.isWanted(item)) return item;
	}
	return undefined;
}

async function recentChanges(
	context: IPollFunctions,
	{ actions, folderId }: Following,
): Promise<Json[]> {
	let found: Json[] = [];
	let position: Position | undefined = { since: wholeSeconds(Date.now() - DAYS_BACK * DAY_MS) };
	for (let page = 0; page < PAGES && position; page++) {
		const { items, next } = await changePage(context, folderId, position);
		const isChosen = ({ action }: Json) =>
			actions.includes(ANY_ACTION) || actions.includes(textOf(action) ?? '');
		found = found.concat(items.filter(isChosen));
		position = next;
	}
	return found;
}

async function filesAsChanges(
	context: IPollFunctions,
	{ actions: [first], folderId }: Following,
): Promise<Json[]> {
	const { items } = await filePage(context, { folderId, perPage: CANDIDATES }, 1);
	const action = first === ANY_ACTION ? 'created' : first;
	return items.map(({ id, created_at: timestamp }) => ({ id, action, timestamp }));
}
