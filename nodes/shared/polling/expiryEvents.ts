import { epochOf } from '../dates';
import type { Occurrence } from './seenEvents';

/** The names of a service for the three events of an item that expires. */
export interface LifetimeEvents {
	added: string;
	expiringSoon: string;
	expired: string;
}

/** An item with its dates in any format that the services use. */
export interface Lifetime {
	id: string;
	createdAt?: unknown;
	expiresAt?: unknown;
	/** `active`, `expired`, or another status of the service. */
	status?: unknown;
}

/**
 * Returns the events that currently apply to an item. The expiry date is part of the key, so that an extended item
 * triggers again.
 * @param now the time of the service, in unix seconds
 * @param leadTime seconds before its expiry from which an item counts as expiring soon
 */
export function lifetimeOccurrences(
	{ id, createdAt, expiresAt, status }: Lifetime,
	events: LifetimeEvents,
	now: number,
	leadTime: number,
): Occurrence[] {
	const created = secondsOf(createdAt);
	const expires = secondsOf(expiresAt);
	const ending = `${id}|${expires ?? ''}`;
	const found: Occurrence[] = [{ event: events.added, key: id, at: created, began: created }];
	if (status === 'expired') {
		found.push({ event: events.expired, key: ending, at: expires, began: expires });
	}
	if (status === 'active' && expires !== undefined && expires <= now + leadTime) {
		const began = Math.max(created ?? 0, expires - leadTime);
		found.push({ event: events.expiringSoon, key: ending, at: expires, began });
	}
	return found;
}

/** Whole seconds, because a service may return the same date with and without its fraction. */
function secondsOf(date: unknown): number | undefined {
	const milliseconds = epochOf(date);
	return milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000);
}
