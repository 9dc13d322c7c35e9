import { epochOf } from '../dates';
import { isJsonObject } from '../http/service';
import type { OutputItem } from '../node/output';
import type { Occurrence } from './seenEvents';

/** The names of a service for the three events of an item that expires. */
export interface ExpiryEventNames {
	added: string;
	expiringSoon: string;
	expired: string;
}

/** An item with its dates in any format that the services use. */
export interface ItemDates {
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
export function expiryOccurrences(
	{ id, createdAt, expiresAt, status }: ItemDates,
	events: ExpiryEventNames,
	now: number,
	leadTime: number,
): Occurrence[] {
	const created = secondsOf(createdAt);
	const expires = secondsOf(expiresAt);
	const ending = `${id}|${expires ?? ''}`;
	const found: Occurrence[] = [{ event: events.added, key: id, at: created, began: created }];
	if (status === 'expired') {
		// A download limit can end an item before its expiry date, at any time since its creation.
		const began = expires !== undefined && expires <= now ? expires : created;
		found.push({ event: events.expired, key: ending, at: expires, began });
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

/** Maximum number of remembered items close to their expiry; more than would expire between two polls. */
const MAX_EXPECTED = 500;

/** Describes how items disappear from the list when they expire. */
export interface ExpiryTracking {
	/** The event to emit then. */
	event: string;
	/** Returns the expiry in unix seconds; undefined if the item never expires or already has. */
	endOf(item: OutputItem): number | undefined;
	/** Returns the item as it is after its expiry. */
	ended(item: OutputItem): OutputItem;
}

interface Expected {
	at: number;
	/** The pass over the list in which the item was last seen. */
	reading: number;
	item: OutputItem;
}

/** Whether a value from n8n's database is such an entry. */
export const isExpected = (value: unknown): value is Expected =>
	isJsonObject(value) &&
	Number.isFinite(value.at) &&
	Number.isSafeInteger(value.reading) &&
	isJsonObject(value.item) &&
	isJsonObject(value.item.json);

/** Items by ID. Stored as JSON in the static data. */
export type ExpectedExpiries = Record<string, Expected>;

/** Tracks an item of the list until it expires. */
export function trackExpiry(
	expected: ExpectedExpiries,
	id: string,
	item: OutputItem,
	{ endOf }: ExpiryTracking,
	reading: number,
): void {
	const at = endOf(item);
	if (at === undefined) delete expected[id];
	else expected[id] = { at, reading, item };
}

/**
 * Removes and returns the items that have expired, after a complete pass over the list. An item that is missing before
 * its expiry was deleted, so it is dropped.
 */
export function takeExpired(
	expected: ExpectedExpiries,
	now: number,
	reading: number,
): OutputItem[] {
	const ended: OutputItem[] = [];
	const byEnd = Object.entries(expected).sort(([, a], [, b]) => a.at - b.at);
	for (const [id, { at, item, reading: lastSeen }] of byEnd) {
		if (at <= now) ended.push(item);
		if (at <= now || lastSeen !== reading) delete expected[id];
	}
	return ended;
}

/**
 * Keeps the items of the current pass that expire first, and those of the previous one. Called after each poll, because
 * the state would otherwise contain the whole list if a pass takes several polls.
 */
export function limitExpected(expected: ExpectedExpiries, reading: number): void {
	const current = Object.entries(expected).filter(([, one]) => one.reading === reading);
	const last = current.sort(([, a], [, b]) => a.at - b.at).slice(MAX_EXPECTED);
	for (const [id] of last) delete expected[id];
}
