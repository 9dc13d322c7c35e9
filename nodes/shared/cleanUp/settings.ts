import { type Rule, type Selection } from '../expiry';
import { foldName } from '../names';
import type { ItemContext } from '../operation';
import { invalidParameter } from '../parameters';
import { AT_ONCE, type Kind, keepIfLabel } from './fields';

export type Output = 'each' | 'selected' | 'summary';

/** What the user has chosen, checked. */
export interface Settings {
	rule: Rule;
	dryRun: boolean;
	maxDeletions: number;
	output: Output;
	deletionsAtOnce: number;
	/** Folded texts; what has one of them in its name is kept. */
	keepIfContains: string[];
	/** Whether the service's clock counts alone. */
	trustsServiceClock: boolean;
}

const HOUR = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { hours: HOUR, days: 24 * HOUR };
/** A hundred years: beyond it there is no date to compare with. */
const LONGEST = 100 * 366 * UNITS.days;

/** @throws NodeOperationError that names the field, before anything is asked of the service */
export function settingsOf(item: ItemContext, kind: Kind): Settings {
	const { parameter, option } = item;
	return {
		rule: ruleOf(item, kind.canExpire ? parameter<Selection>('selection') : 'olderThan'),
		dryRun: parameter('dryRun'),
		maxDeletions: parameter('maxDeletions'),
		output: parameter('output'),
		deletionsAtOnce: option<number>('deletionsAtOnce') ?? AT_ONCE,
		keepIfContains: textsToKeep(item, kind),
		trustsServiceClock: option<boolean>('trustServiceClock') === true,
	};
}

function textsToKeep(item: ItemContext, kind: Kind): string[] {
	const given = item.option<string>('keepIfContains');
	const texts = (given ?? '')
		.split(',')
		.map((text) => foldName(text).trim())
		.filter(Boolean);
	if (given === undefined || texts.length > 0) return texts;
	throw invalidParameter(
		item,
		keepIfLabel(kind),
		'is empty',
		'Enter at least one text, or remove the option.',
	);
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
