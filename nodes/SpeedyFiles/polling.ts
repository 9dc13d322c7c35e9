import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { identityOf, isUnreadable } from '../shared/polling/entries';
import { lifetimeOccurrences } from '../shared/polling/expiryEvents';
import type { WatchedList } from '../shared/polling/pollList';
import { matchesPattern } from '../shared/webhook/filter';
import { simplifyPackage } from './describe';
import { fetchPackages, MAX_PAGE_SIZE, FIRST_PAGE, type PackagePosition } from './packagePages';

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
): WatchedList<PackagePosition> {
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
			return lifetimeOccurrences(lifetime, EVENTS, now, leadTime);
		},
		isWanted: (one) =>
			isUnreadable(one) ||
			((!direction || one.direction === direction) &&
				matchesPattern(recipient, one.recipient_email) &&
				matchesPattern(title, one.title)),
		output: (one, event): IDataObject => ({
			event,
			packageId: one.id,
			recipientEmail: one.recipient_email,
			...(simplify && !isUnreadable(one) ? simplifyPackage(one) : one),
		}),
		endsWithoutNews: events.every((event) => event === EVENTS.added),
	};
}

const idOf = (one: IDataObject) => identityOf(one.id, one);
