import { epochOf } from '../dates';
import type { Occurrence } from './watch';

/** What a service calls the three things that a trigger can tell of something that ends by itself. */
export interface LifetimeEvents {
	added: string;
	expiringSoon: string;
	expired: string;
}

/** A thing with its dates in any form that the services use. */
export interface Lifetime {
	id: string;
	createdAt?: unknown;
	expiresAt?: unknown;
	/** `active`, `expired`, or what else the service knows. */
	status?: unknown;
}

/**
 * What is the case with a thing now. The date of expiry is part of its key: whoever is given more time expires anew.
 * @param now the service's own time, unix seconds
 * @param leadTime seconds before its end in which a thing counts as expiring soon
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

/** Whole seconds: a service that tells a date now with and now without its fraction means the same. */
function secondsOf(date: unknown): number | undefined {
	const milliseconds = epochOf(date);
	return milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000);
}
