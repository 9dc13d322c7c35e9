import type { INodeProperties } from 'n8n-workflow';

import type { Condition } from './cleanUp/scope';
import { epochOf } from './dates';
import { containsName } from './names';
import type { ItemContext } from './operation';
import { optionalText } from './parameters';

/** What the filters look at; dates in any form that a service uses. */
export interface Filterable {
	name?: unknown;
	createdAt?: unknown;
	expiresAt?: unknown;
}

const FIELDS = {
	createdAfter: {
		displayName: 'Created After',
		type: 'dateTime',
		meaning: 'Only files that were created at this time or later.',
	},
	createdBefore: {
		displayName: 'Created Before',
		type: 'dateTime',
		meaning: 'Only files that were created before this time.',
	},
	expiresBefore: {
		displayName: 'Expires Before',
		type: 'dateTime',
		meaning: 'Only files that expire before this time, or have expired already.',
	},
	nameContains: {
		displayName: 'Name Contains',
		type: 'string',
		placeholder: 'e.g. invoice',
		meaning: 'Only files with this text in their name, in upper or lower case.',
	},
} as const;

type FilterName = keyof typeof FIELDS;

/** Says where the work of a filter is done. */
const filteredHere = (service: string): string =>
	`${service} cannot filter by it: this node reads the list and picks.`;

/** Filters for a list of a service that does not have them. */
export const listFilters = (service: string, names: readonly FilterName[]): INodeProperties[] =>
	names.map((name) => {
		const { meaning, ...field } = FIELDS[name];
		return { ...field, name, default: '', description: `${meaning} ${filteredHere(service)}` };
	});

/** The filters that the user has set, as one question; undefined where there is none. */
export function filterOf<T>(
	item: ItemContext,
	read: (one: T) => Filterable,
): ((one: T) => boolean) | undefined {
	const text = optionalText(item.option('nameContains'));
	const after = item.option<number>('createdAfter');
	const before = item.option<number>('createdBefore');
	const expiry = item.option<number>('expiresBefore');
	if ([text, after, before, expiry].every((one) => one === undefined)) return undefined;

	return (one) => {
		const { name, createdAt, expiresAt } = read(one);
		// What has no date fits no filter by date.
		const created = epochOf(createdAt) ?? NaN;
		const expires = epochOf(expiresAt) ?? NaN;
		return (
			(text === undefined || containsName(name, text)) &&
			(after === undefined || created >= after) &&
			(before === undefined || created < before) &&
			(expiry === undefined || expires < expiry)
		);
	};
}

/** Name Contains as a condition of what is cleaned up; none where the user has not set it. */
export function nameConditions(
	item: ItemContext,
	label: string,
	optionName: string,
): (name: unknown) => Condition[] {
	const text = optionalText(item.option(optionName));
	if (text === undefined) return () => [];
	return (value) => [{ label, value, fits: (name) => containsName(name, text) }];
}
