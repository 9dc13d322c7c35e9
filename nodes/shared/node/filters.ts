import type { INodeProperties } from 'n8n-workflow';

import { epochOf } from '../dates';
import { textOf } from '../http/service';
import { containsName, foldName } from '../text';
import type { ItemContext } from './operation';
import { optionalText } from './parameters';

/** The properties that the filters compare; dates in any format that a service uses. */
export interface Filterable {
	name?: unknown;
	createdAt?: unknown;
	expiresAt?: unknown;
}

const FIELDS = {
	createdAfter: {
		displayName: 'Created After',
		type: 'dateTime',
		meaning: 'Only return files created at or after this time.',
	},
	createdBefore: {
		displayName: 'Created Before',
		type: 'dateTime',
		meaning: 'Only return files created before this time.',
	},
	expiresBefore: {
		displayName: 'Expires Before',
		type: 'dateTime',
		meaning: 'Only return files that have expired or will expire before this time.',
	},
	nameContains: {
		displayName: 'Name Contains',
		type: 'string',
		placeholder: 'e.g. invoice',
		meaning: 'Only include files whose name contains this text (not case-sensitive).',
	},
} as const;

type FilterName = keyof typeof FIELDS;

/** A sentence for the description of a filter: it does not make the list shorter to read. */
export const appliedByN8n = (service: string): string =>
	`The filter is applied by n8n because ${service} does not support it`;

/** Returns the filters for a list whose service does not offer them. */
export const listFilters = (service: string, names: readonly FilterName[]): INodeProperties[] =>
	names.map((name) => {
		const { meaning, ...field } = FIELDS[name];
		return { ...field, name, default: '', description: `${meaning} ${appliedByN8n(service)}.` };
	});

/** Combines the filters that the user has set into one predicate; undefined if there is none. */
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
		// A file without a date matches no date filter.
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

/** Returns Name Contains as a clean-up condition; no condition if the user has not set it. */
export function nameConditions(
	item: ItemContext,
	label: string,
	optionName: string,
): (name: unknown) => ScopeCondition[] {
	const text = optionalText(item.option(optionName));
	if (text === undefined) return () => [];
	return (value) => [{ label, value, fits: (name) => containsName(name, text) }];
}

/** Whether an item is within the scope. A text explains why that is unknown: the item is kept and reported. */
export type ScopeMatch = boolean | string;

/** One condition of a scope. */
export interface ScopeCondition {
	/** The name of the compared property: “title”. */
	label: string;
	/** The value from the service. */
	value: unknown;
	fits(value: string): boolean;
}

/** Whether all conditions are met. A value that the service does not report leaves the result unknown. */
export function matchAllConditions(conditions: readonly ScopeCondition[]): ScopeMatch {
	const isOutside = conditions.some(({ value, fits }) => {
		const text = textOf(value);
		return text !== undefined && !fits(text);
	});
	if (isOutside) return false;
	const unknown = conditions.find(({ value }) => textOf(value) === undefined);
	return unknown ? `The service does not report its ${unknown.label}` : true;
}

/**
 * Whether a text matches a pattern, in which `*` stands for any text and all else is compared like names. An empty
 * pattern matches everything; a missing text only matches an empty pattern.
 */
export function matchesGlob(pattern: string | undefined, text: unknown): boolean {
	const glob = pattern?.trim() ?? '';
	if (glob === '') return true;
	// A service may return an ID that the user has entered as text as a number.
	const whole = typeof text === 'number' ? String(text) : text;
	if (typeof whole !== 'string') return false;
	// Split before folding: a full-width asterisk is an ordinary character, but folding would turn it into a wildcard.
	const pieces = glob.split('*').map(foldName);
	let rest = foldName(whole);
	// Not a regular expression: one made from `*a*a*a*` can backtrack for a very long time.
	for (const [index, piece] of pieces.entries()) {
		const isFirst = index === 0;
		const isLast = index === pieces.length - 1;
		if (isFirst && isLast) return rest === piece;
		if (isLast) return rest.endsWith(piece);
		const at = rest.indexOf(piece);
		if (at < 0 || (isFirst && at > 0)) return false;
		rest = rest.slice(at + piece.length);
	}
	return true;
}
