import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { type Json, textOf } from '../../shared/http/service';
import { fetchFilePage } from '../file/list';
import { fetchChangePage, type Position, formatSince } from './feed';
import type { PollChangesOptions } from './pollChanges';
import { ANY_ACTION } from './followState';
import { changeItems } from './items';

const DAYS_BACK = 30;
const DAY_MS = 86_400_000;
/** The most pages of changes to read. The latest change is on the last page. */
const MAX_PAGES = 20;
/** The most changes whose files are fetched. */
const MAX_CANDIDATES = 10;

/**
 * Finds a sample item for building the workflow: the latest change that would start it, or else the first file of the
 * list, as if it had just been created.
 */
export async function fetchSampleChange(
	context: IPollFunctions,
	options: PollChangesOptions,
): Promise<IDataObject | undefined> {
	const changes = await fetchRecentChanges(context, options);
	const candidates = changes.reverse().slice(0, MAX_CANDIDATES);
	for (const change of [...candidates, ...(await fetchFilesAsChanges(context, options))]) {
		const [item] = await changeItems(context, [change], options.details);
		if (options.isWanted(item)) return item;
	}
	return undefined;
}

async function fetchRecentChanges(
	context: IPollFunctions,
	{ actions, folderId }: PollChangesOptions,
): Promise<Json[]> {
	let found: Json[] = [];
	let position: Position | undefined = { since: formatSince(Date.now() - DAYS_BACK * DAY_MS) };
	for (let page = 0; page < MAX_PAGES && position; page++) {
		const { items, next } = await fetchChangePage(context, folderId, position);
		const isSelected = ({ action }: Json) =>
			actions.includes(ANY_ACTION) || actions.includes(textOf(action) ?? '');
		found = found.concat(items.filter(isSelected));
		position = next;
	}
	return found;
}

async function fetchFilesAsChanges(
	context: IPollFunctions,
	{ actions: [first], folderId }: PollChangesOptions,
): Promise<Json[]> {
	const { items } = await fetchFilePage(context, { folderId, perPage: MAX_CANDIDATES }, 1);
	const action = first === ANY_ACTION ? 'created' : first;
	return items.map(({ id, created_at: timestamp }) => ({ id, action, timestamp }));
}
