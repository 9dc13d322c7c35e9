import { EMPTY_ADVICE } from '../node/checks';
import { type Rule, type Selection } from './expiry';
import { capitalize } from '../node/fields';
import { foldName, isBlankText } from '../text';
import type { ItemContext } from '../node/operation';
import { invalidParameter } from '../node/schema';
import { isJsonObject } from '../http/service';
import { AT_ONCE, type Kind } from './fields';

export type Output = 'each' | 'selected' | 'summary';

/** The validated settings of a clean-up. */
export interface Settings {
	rule: Rule;
	dryRun: boolean;
	maxDeletions: number;
	output: Output;
	deletionsAtOnce: number;
	/** Protected texts, normalized for comparison: an item whose name contains one is kept. */
	keepIfContains: string[];
	/** The property with the name: “name”, “title”. */
	label: string;
	/** Whether only the service's clock is used. */
	trustsServiceClock: boolean;
}

const HOUR = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { hours: HOUR, days: 24 * HOUR };
/** A hundred years in milliseconds; a longer span would exceed the range of valid dates. */
const MAX_SPAN = 100 * 366 * UNITS.days;

/** @throws NodeOperationError that names the field, before the first request */
export function settingsOf(item: ItemContext, { canExpire, label }: Kind): Settings {
	const { parameter, option } = item;
	return {
		rule: ruleOf(item, canExpire ? parameter<Selection>('selection') : 'olderThan'),
		dryRun: parameter<boolean>('dryRun'),
		maxDeletions: parameter('maxDeletions'),
		output: parameter('output'),
		deletionsAtOnce: option<number>('deletionsAtOnce') ?? AT_ONCE,
		keepIfContains: protectedTexts(item, label),
		label,
		trustsServiceClock: option<boolean>('trustServiceClock') ?? false,
	};
}

/** Commas of all scripts, semicolons and line breaks. Splitting too often is safe: it only protects more items. */
const SEPARATOR = /[,;\r\n،，、；﹐﹔]/;

/**
 * Returns the texts of Keep If … Contains. An empty text between typed commas is ignored as a slip. From an expression it
 * is an error, because a protected text may have been lost.
 */
function protectedTexts(item: ItemContext, label: string): string[] {
	const entered = item.option<string>('keepIfContains');
	if (entered === undefined) return [];
	const texts = entered.split(SEPARATOR).map((text) => text.trim());
	const filled = texts.filter((text) => !isBlankText(text));
	if (filled.length === texts.length || (filled.length > 0 && !isExpression(item))) {
		return filled.map(foldName);
	}
	throw invalidParameter(
		item,
		`Keep If ${capitalize(label)} Contains`,
		filled.length > 0 ? 'contains an empty text between commas' : 'is empty',
		EMPTY_ADVICE,
	);
}

function isExpression({ functions }: ItemContext): boolean {
	const options: unknown = functions.getNode().parameters.options;
	const raw = isJsonObject(options) ? options.keepIfContains : options;
	return typeof raw === 'string' && raw.startsWith('=');
}

function ruleOf(item: ItemContext, selection: Selection): Rule {
	if (selection === 'expired') return { selection, span: 0 };
	const unit = UNITS[item.parameter<string>('unit')];
	const [label, name] =
		selection === 'expiring' ? ['Expires Within', 'expiresWithin'] : ['Older Than', 'olderThan'];
	const span = unit * item.parameter<number>(name);
	if (span <= MAX_SPAN) return { selection, span };
	const max = Math.floor(MAX_SPAN / unit);
	throw invalidParameter(
		item,
		label,
		`must be a whole number from 1 to ${max}`,
		'Enter a smaller number.',
	);
}
