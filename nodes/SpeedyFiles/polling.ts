import type { INodeProperties, IPollFunctions } from 'n8n-workflow';

import { optionsField, simplifyField } from '../shared/node/fields';
import { matchesGlob } from '../shared/node/filters';
import type { OutputItem } from '../shared/node/output';
import { expiryOccurrences } from '../shared/polling/expiryEvents';
import { includeExistingOption, leadTimeFields, pollEventsField } from '../shared/polling/fields';
import { entryKey, isUnreadable, type PolledList } from '../shared/polling/pollList';
import { globOption } from '../shared/webhook/events';
import { directionOption } from './package/fields';
import { fetchPackages, FIRST_PAGE, MAX_PAGE_SIZE, type PackagePosition } from './packagePages';

/** Named like the webhook events (SpeedyFiles docs, Webhooks), which do not include `expiring_soon`. */
export const EVENTS = {
	added: 'package.created',
	expiringSoon: 'package.expiring_soon',
	expired: 'package.expired',
};

export interface WatchedPackages {
	events: string[];
	includeExisting: boolean;
	/** Seconds. */
	leadTime: number;
	filters: PackageFilters;
}

/** The direction, and patterns for the title and the recipient. */
export interface PackageFilters {
	direction?: string;
	recipient?: string;
	title?: string;
}

/** The packages that the token can access, newest first. */
export function watchedPackages(
	context: IPollFunctions,
	{ events, includeExisting, leadTime, filters }: WatchedPackages,
): PolledList<PackagePosition> {
	const { direction, recipient, title } = filters;
	return {
		events,
		includeExisting,
		first: FIRST_PAGE,
		fetchPage: async (position) => await fetchPackages(context, position, MAX_PAGE_SIZE),
		idOf,
		occurrencesOf: (one, now) => {
			const { created_at: createdAt, expires_at: expiresAt } = one.json;
			const lifetime = { id: idOf(one), createdAt, expiresAt, status: one.added?.status };
			return expiryOccurrences(lifetime, EVENTS, now, leadTime);
		},
		isWanted: (one) =>
			isUnreadable(one) ||
			((!direction || one.json.direction === direction) &&
				matchesGlob(recipient, one.json.recipient_email) &&
				matchesGlob(title, one.json.title)),
		endsWithoutNews: events.every((event) => event === EVENTS.added),
	};
}

const idOf = (one: OutputItem) => entryKey(one.json.id, one);

export const pollingProperties: INodeProperties[] = [
	{
		displayName:
			'Use this trigger for events that SpeedyFiles does not send by webhook. For downloads, uploads, revocations and deletions, use the <b>SpeedyFiles Trigger</b>, which reacts immediately.',
		name: 'pollingNotice',
		type: 'notice',
		default: '',
	},
	pollEventsField(
		[
			{ name: 'Package Created', value: EVENTS.added, description: 'Including drafts' },
			{
				name: 'Package Expired',
				value: EVENTS.expired,
				description: 'An active package has expired',
			},
			{
				name: 'Package Expiring Soon',
				value: EVENTS.expiringSoon,
				description: 'An active package will expire within the lead time',
			},
		],
		[EVENTS.expired],
	),
	...leadTimeFields(EVENTS.expiringSoon, 'a package'),
	simplifyField,
	optionsField([
		directionOption('Only trigger on packages sent in this direction'),
		includeExistingOption('packages'),
		globOption(
			'Recipient Email',
			'recipient',
			'e.g. *@acme.com',
			'packages for a matching address',
		),
		globOption('Title', 'title', 'e.g. *invoice*', 'packages with a matching title'),
	]),
];
