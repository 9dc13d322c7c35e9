import { type Rule, type Selection } from '../expiry';
import type { ItemContext } from '../operation';
import { invalidParameter, optionalText } from '../parameters';
import { AT_ONCE, type Kind } from './fields';

export type Output = 'each' | 'selected' | 'summary';

/** What the user has chosen, checked. */
export interface Settings {
	rule: Rule;
	dryRun: boolean;
	maxDeletions: number;
	output: Output;
	deletionsAtOnce: number;
	/** Lower-case texts; whatever has one of them in its name is kept. */
	keepIfContains: string[];
}

const HOUR = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { hours: HOUR, days: 24 * HOUR };
/** A hundred years: beyond it there is no date to compare with. */
const LONGEST = 100 * 366 * UNITS.days;

/** @throws NodeOperationError that names the field, before anything is asked of the service */
export function settingsOf(item: ItemContext, { canExpire }: Kind): Settings {
	const { parameter, option } = item;
	return {
		rule: ruleOf(item, canExpire ? parameter<Selection>('selection') : 'olderThan'),
		dryRun: parameter<boolean>('dryRun'),
		maxDeletions: parameter('maxDeletions'),
		output: parameter('output'),
		deletionsAtOnce: option<number>('deletionsAtOnce') ?? AT_ONCE,
		keepIfContains: (optionalText(option('keepIfContains')) ?? '')
			.toLowerCase()
			.split(',')
			.map((text) => text.trim())
			.filter(Boolean),
	};
}

function ruleOf(item: ItemContext, selection: Selection): Rule {
	if (selection === 'expired') return { selection, span: 0 };
	const unit = UNITS[item.parameter<string>('unit')];
	const [label, name] =
		selection === 'expiring' ? ['Expires Within', 'expiresWithin'] : ['Older Than', 'olderThan'];
	const span = unit * item.parameter<number>(name);
	if (span <= LONGEST) return { selection, span };
	const max = Math.floor(LONGEST / unit);
	throw invalidParameter(item, label, `must be a whole number from 1 to ${max}`, 'Enter less.');
}
