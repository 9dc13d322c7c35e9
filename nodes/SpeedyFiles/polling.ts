import type { IDataObject, INodeProperties, IPollFunctions } from 'n8n-workflow';

import { optionsField, simplifyField } from '../shared/node/fields';
import { matchesGlob } from '../shared/node/filters';
import { expiryOccurrences } from '../shared/polling/expiryEvents';
import { includeExistingOption, leadTimeFields, pollEventsField } from '../shared/polling/fields';
import { entryKey, isUnreadable, type PolledList } from '../shared/polling/pollList';
import { globOption } from '../shared/webhook/events';
import { simplifyPackage } from './describe';
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
	simplify: boolean;
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
	{ events, includeExisting, leadTime, simplify, filters }: WatchedPackages,
): PolledList<PackagePosition> {
	const { direction, recipient, title } = filters;
	return {
		events,
		includeExisting,
		first: FIRST_PAGE,
		fetchPage: async (position) => await fetchPackages(context, position, MAX_PAGE_SIZE),
		idOf,
		occurrencesOf: (one, now) => {
			const { createdAt, expiresAt, effectiveStatus: status } = one;
			const lifetime = { id: idOf(one), createdAt, expiresAt, status };
			return expiryOccurrences(lifetime, EVENTS, now, leadTime);
		},
		isWanted: (one) =>
			isUnreadable(one) ||
			((!direction || one.direction === direction) &&
				matchesGlob(recipient, one.recipient_email) &&
				matchesGlob(title, one.title)),
		output: (one, event): IDataObject => ({
			event,
			packageId: one.id,
			recipientEmail: one.recipient_email,
			...(simplify && !isUnreadable(one) ? simplifyPackage(one) : one),
		}),
		endsWithoutNews: events.every((event) => event === EVENTS.added),
	};
}

const idOf = (one: IDataObject) => entryKey(one.id, one);

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
		globOption('Title', 'title', 'e.g. *invoice*', 'packages with a matching title'),
		globOption(
			'Recipient Email',
			'recipient',
			'e.g. *@acme.com',
			'packages for a matching address',
		),
		directionOption('Only trigger on packages sent in this direction'),
		includeExistingOption('packages'),
	]),
];
