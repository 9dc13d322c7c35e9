import { DAY } from '../dates';
import { isJsonObject } from '../http/service';
import { EMPTY_ADVICE } from '../node/textChecks';
import { type Duration, durationFields } from '../node/duration';
import { capitalize } from '../node/fields';
import type { ItemContext } from '../node/operation';
import { type Field, invalidParameter, MISSING_VALUES } from '../node/schema';
import { foldName, isBlankText, withoutEnd } from '../text';
import type { ExpiryCondition, ExpiryRule } from './expiry';

/** Default limit of deletions per run, which bounds the damage of a wrong setting. */
const DEFAULT_MAX_DELETIONS = 50;
/** Default number of concurrent deletions. */
const DELETION_CONCURRENCY = 5;

/** The resource that is cleaned up. */
export interface ResourceLabels {
	/** “file”, “package”. */
	noun: string;
	/** The property with its name: “name”, “title”. */
	label: string;
	/** Whether the service reports an expiry date, and not only a creation date. */
	canExpire: boolean;
	/** A sentence about the extent of the list, shown to the user. */
	note?: string;
}

/** Returns the fields of a clean-up. With their default values, nothing is deleted. */
export function cleanUpFields(kind: ResourceLabels): Field[] {
	const [within, age] = [withinPeriod(kind), ageLimit(kind)];
	const selection = kind.canExpire
		? [
				selectionField(kind),
				shownFor(within.count, 'expiring'),
				shownFor(age.count, 'olderThan'),
				shownFor(age.unit, 'expiring', 'olderThan'),
			]
		: [age.count, age.unit];
	return [...selection, ...safetyFields(kind), outputField(kind)];
}

function selectionField({ noun, note }: ResourceLabels): Field {
	const never = `${capitalize(noun)}s without an expiry date never expire`;
	return {
		displayName: `${capitalize(noun)}s to Clean Up`,
		name: 'selection',
		type: 'options',
		options: [
			{
				name: 'Expired',
				value: 'expired',
				description: `${capitalize(noun)}s that have already expired`,
			},
			{
				name: 'Expiring Soon',
				value: 'expiring',
				description: `${capitalize(noun)}s that are still available but expire soon. Keep Dry Run on to list them without deleting.`,
			},
			{
				name: 'Older Than',
				value: 'olderThan',
				description: `${capitalize(noun)}s created before a certain time, whether or not they have expired`,
			},
		],
		default: 'expired',
		description: note ? `${note} ${never}.` : never,
	};
}

/** Both periods have the same units and limit, a hundred years, because a longer one would not result in a valid date. */
const PERIOD = { units: ['hours', 'days', 'weeks'], max: 100 * 366 * DAY } as const;

const withinPeriod = ({ noun }: ResourceLabels): Duration =>
	durationFields({
		...PERIOD,
		displayName: 'Expires Within',
		name: 'expiresWithin',
		initial: [3, 'days'],
		description: `${capitalize(noun)}s that are still available but expire within this period, according to the clocks of both the service and n8n`,
	});

const ageLimit = ({ noun }: ResourceLabels): Duration =>
	durationFields({
		...PERIOD,
		displayName: 'Older Than',
		name: 'olderThan',
		initial: [30, 'days'],
		description: `${capitalize(noun)}s created at least this long ago, according to the clocks of both the service and n8n`,
	});

const safetyFields = ({ noun }: ResourceLabels): Field[] => [
	{
		displayName: 'Dry Run',
		name: 'dryRun',
		type: 'boolean',
		needsRealFalse: true,
		default: true,
		description: `Whether to list the ${noun}s that would be deleted without deleting them. Turn this off once the output looks right. Deleted ${noun}s cannot be recovered. An expression must return the boolean false; the text “false” does not turn it off.`,
	},
	{
		displayName: 'Maximum Deletions',
		name: 'maxDeletions',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: DEFAULT_MAX_DELETIONS,
		description: `The maximum number of ${noun}s to delete per run, for all input items together, oldest first. The rest are kept until the next run.`,
	},
];

const outputField = ({ noun }: ResourceLabels): Field => ({
	displayName: 'Output',
	name: 'output',
	type: 'options',
	options: [
		{
			name: 'Only Matching',
			value: 'selected',
			description: `One item for each ${noun} that matches, with the action taken and the reason`,
		},
		{
			name: 'All Checked',
			value: 'each',
			description: `One item for each ${noun} checked, including those that were kept because they do not match`,
		},
		{
			name: 'Summary',
			value: 'summary',
			description: `One item with totals, the matching ${noun}s, and a subject and a text for an email`,
		},
	],
	default: 'selected',
	description: 'What to pass to the next node',
});

/** Returns the options of every clean-up. */
export const cleanUpOptions = ({ noun, label }: ResourceLabels): Field[] => [
	{
		displayName: `Keep If ${capitalize(label)} Contains`,
		name: 'keepIfContains',
		type: 'string',
		isSafeguard: true,
		default: '',
		placeholder: 'e.g. contract, keep',
		description: `Never delete a ${noun} whose ${label} contains any of these texts (comma-separated, not case-sensitive). A ${noun} without a known ${label} is kept too.`,
	},
	{
		displayName: 'Trust the Service’s Clock',
		name: 'trustServiceClock',
		type: 'boolean',
		default: false,
		description:
			'Whether to use only the clock of the service to decide what has expired. By default, the clock of n8n must agree, so that a wrong clock cannot delete anything, and nothing is deleted if the two differ by a day or more.',
	},
	{
		displayName: 'Concurrent Deletions',
		name: 'deletionsAtOnce',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 20 },
		default: DELETION_CONCURRENCY,
		description: `How many ${noun}s to delete at the same time`,
	},
];

const shownFor = (field: Field, ...selections: string[]): Field => ({
	...field,
	displayOptions: { show: { selection: selections } },
});

export type OutputMode = 'each' | 'selected' | 'summary';

/** The validated settings of a clean-up. */
export interface CleanUpSettings {
	rule: ExpiryRule;
	dryRun: boolean;
	maxDeletions: number;
	output: OutputMode;
	deletionsAtOnce: number;
	/** Protected texts, normalized for comparison: an item whose name contains one is kept. */
	keepIfContains: readonly string[];
	/** The property with the name: “name”, “title”. */
	label: string;
	/** Whether only the service's clock is used. */
	trustsServiceClock: boolean;
}

/** @throws NodeOperationError that names the field, before the first request */
export function readCleanUpSettings(item: ItemContext, kind: ResourceLabels): CleanUpSettings {
	const { parameter, option } = item;
	const { label } = kind;
	return {
		rule: ruleOf(item, kind),
		dryRun: parameter<boolean>('dryRun'),
		maxDeletions: parameter('maxDeletions'),
		output: parameter('output'),
		deletionsAtOnce: option<number>('deletionsAtOnce') ?? DELETION_CONCURRENCY,
		keepIfContains: protectedTexts(item, label),
		label,
		trustsServiceClock: option<boolean>('trustServiceClock') ?? false,
	};
}

/**
 * Commas of all scripts, semicolons, vertical bars, tabs and line breaks. Splitting too often is safe: it only protects
 * more items.
 */
const SEPARATOR = /[,;|\t\v\f\r\n\u0085\u2028\u2029،，、；﹐﹔｜]/;

/** Whatever surrounds words in JSON, quotations, wildcards, patterns, sentences and lists: `["contract"]`, `*keep*`, `- keep.` */
const AROUND = /[^\p{L}\p{M}\p{N}]/u;
const AROUND_START = /^[^\p{L}\p{M}\p{N}]+/u;
/** The start of a list's entry, without what surrounds it: `1. keep`, `b) keep`, `[x] keep`. */
const LIST_MARKER = /^[\p{L}\p{N}]{1,3}[.):\]]\s+/u;
/** What stands for no text if there is nothing else, such as the quotation marks in `[""]`. */
const NO_TEXT = /^[\s"'`“”„‟‘’‚«»‹›「」[\](){}*?%]*$/u;

/** Returns a text without what surrounds it. Like splitting, this only protects more items. */
function bareText(entered: string): string {
	if (NO_TEXT.test(entered)) return '';
	return withoutSurroundings(withoutSurroundings(entered).replace(LIST_MARKER, '')) || entered;
}

const withoutSurroundings = (text: string): string =>
	withoutEnd(text.replace(AROUND_START, ''), AROUND);

/** Wildcards, and characters that no file name contains. The sides of one protect more items. */
const WITHIN = /[*?%/\\<>"]/;

/**
 * Returns the texts of Keep If … Contains. An empty text between typed commas is ignored as a slip. From an expression it
 * is an error, like “undefined”, because a protected text may have been lost.
 */
function protectedTexts(item: ItemContext, label: string): string[] {
	const entered = item.option<string>('keepIfContains');
	if (entered === undefined) return [];
	const texts = entered.split(SEPARATOR).map((text) => text.trim());
	const isMissing = (text: string) =>
		isExpression(item) && [text, bareText(text)].some((one) => MISSING_VALUES.has(one));
	const filled = texts.filter((text) => !isMissing(text)).map(bareText);
	const given = filled.filter((text) => !isBlankText(text));
	if (given.length === texts.length || (given.length > 0 && !isExpression(item))) {
		const parts = given.flatMap((text) => text.split(WITHIN)).filter((text) => !isBlankText(text));
		return parts.map(foldName);
	}
	const missing = texts.find(isMissing);
	const problem = missing ? `contains “${missing}”` : 'contains an empty text between commas';
	throw invalidParameter(
		item,
		`Keep If ${capitalize(label)} Contains`,
		given.length > 0 ? problem : 'is empty',
		EMPTY_ADVICE,
	);
}

function isExpression({ functions }: ItemContext): boolean {
	const options: unknown = functions.getNode().parameters.options;
	const raw = isJsonObject(options) ? options.keepIfContains : options;
	return typeof raw === 'string' && raw.startsWith('=');
}

function ruleOf(item: ItemContext, kind: ResourceLabels): ExpiryRule {
	const selection = kind.canExpire ? item.parameter<ExpiryCondition>('selection') : 'olderThan';
	if (selection === 'expired') return { selection, span: 0 };
	const period = selection === 'expiring' ? withinPeriod(kind) : ageLimit(kind);
	return { selection, span: period.read(item) };
}
