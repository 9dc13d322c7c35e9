import type { INodeProperties, IPollFunctions } from 'n8n-workflow';

import { epochOf } from '../shared/dates';
import { optionsField, simplifyField } from '../shared/node/fields';
import { matchesGlob } from '../shared/node/filters';
import { expiryOccurrences, type ItemDates } from '../shared/polling/expiryEvents';
import { includeExistingOption, leadTimeFields, pollEventsField } from '../shared/polling/fields';
import {
	describeEntries,
	entryKey,
	isUnreadable,
	type PolledList,
} from '../shared/polling/pollList';
import { globOption } from '../shared/webhook/events';
import type { OutputItem } from '../shared/node/output';
import { describeFile, outputFieldsOf, readLinkBase } from './describe';
import { fetchFilePage, MAX_PAGE_SIZE, type Position } from './file/getAll';

export const EVENTS = {
	added: 'file.added',
	expiringSoon: 'file.expiring_soon',
	expired: 'file.expired',
};

export interface WatchedFiles {
	events: string[];
	includeExisting: boolean;
	/** Seconds. */
	leadTime: number;
	/** A pattern for the file's name. */
	fileName?: string;
}

/** The account's files. FileShot documents neither the order of its list nor whether expired files stay in it. */
export async function watchedFiles(
	context: IPollFunctions,
	{ events, includeExisting, leadTime, fileName }: WatchedFiles,
): Promise<PolledList<Position>> {
	const linkBase = await readLinkBase(context);
	return {
		events,
		includeExisting,
		first: { page: 1, seen: 0 },
		fetchPage: async (position) => {
			const { items, next, now } = await fetchFilePage(context, position, MAX_PAGE_SIZE);
			return {
				items: describeEntries(items, (one) => describeFile(one, { linkBase, now })),
				next,
				now,
			};
		},
		idOf,
		occurrencesOf: (file, now) => expiryOccurrences(lifetimeOf(file), EVENTS, now, leadTime),
		isWanted: (file) => isUnreadable(file) || matchesGlob(fileName, outputFieldsOf(file).name),
		expiry: events.includes(EVENTS.expired) ? { event: EVENTS.expired, endOf, ended } : undefined,
	};
}

const idOf = (file: OutputItem) => entryKey(file.added?.fileId, file);

function lifetimeOf(file: OutputItem): ItemDates {
	const { createdAt, expiresAt, status } = outputFieldsOf(file);
	return { id: idOf(file), createdAt, expiresAt, status };
}

function endOf(file: OutputItem): number | undefined {
	const { status, expiresAt } = outputFieldsOf(file);
	const end = status === 'active' ? epochOf(expiresAt) : undefined;
	return end && Math.floor(end / 1000);
}

const ended = (file: OutputItem): OutputItem => ({
	...file,
	added: { ...file.added, status: 'expired' },
});

export const pollingProperties: INodeProperties[] = [
	pollEventsField(
		[
			{
				name: 'File Added',
				value: EVENTS.added,
				description: 'A file was uploaded, through any app or the API',
			},
			{
				name: 'File Expired',
				value: EVENTS.expired,
				description: 'A file’s link has expired',
			},
			{
				name: 'File Expiring Soon',
				value: EVENTS.expiringSoon,
				description: 'A file will expire within the lead time',
			},
		],
		[EVENTS.added],
	),
	...leadTimeFields(EVENTS.expiringSoon, 'a file'),
	simplifyField,
	optionsField([
		globOption('File Name', 'fileName', 'e.g. *.pdf', 'files with a matching name'),
		includeExistingOption('files'),
	]),
];
