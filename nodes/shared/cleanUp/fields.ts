import type { Field } from '../schema';

/** Deletions of one run, unless the user says otherwise: a wrong setting does no more harm than that. */
const MAXIMUM = 50;
/** Deletions at the same time, unless the user says otherwise. */
export const AT_ONCE = 5;

/** The resource that is cleaned up. */
export interface Kind {
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
export function cleanUpFields(kind: Kind): Field[] {
	const [within, age] = [withinField(kind), ageField(kind)];
	const selection = kind.canExpire
		? [
				selectionField(kind),
				shownFor(within, 'expiring'),
				shownFor(age, 'olderThan'),
				shownFor(unitField, 'expiring', 'olderThan'),
			]
		: [age, unitField];
	return [...selection, ...caution(kind), outputField(kind)];
}

function selectionField({ noun, note }: Kind): Field {
	const about = [note, `Without an expiry date a ${noun} never expires.`].filter(Boolean).join(' ');
	return {
		displayName: `${capital(noun)}s to Clean Up`,
		name: 'selection',
		type: 'options',
		options: [
			{ name: 'Expired', value: 'expired', description: 'Their time is over' },
			{
				name: 'Expiring Soon',
				value: 'expiring',
				description: 'They still work, but not for long. With Dry Run, a warning.',
			},
			{
				name: 'Older Than',
				value: 'olderThan',
				description: 'They were created long ago, and may still work',
			},
		],
		default: 'expired',
		description: about,
	};
}

const withinField = ({ noun }: Kind): Field => ({
	displayName: 'Expires Within',
	name: 'expiresWithin',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 3,
	description: `${capital(noun)}s that still work and expire within this time, by the clocks of both the service and n8n`,
});

const ageField = ({ noun }: Kind): Field => ({
	displayName: 'Older Than',
	name: 'olderThan',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 30,
	description: `${capital(noun)}s that were created this long ago or longer, by the clocks of both the service and n8n`,
});

const unitField: Field = {
	displayName: 'Unit',
	name: 'unit',
	type: 'options',
	options: [
		{ name: 'Days', value: 'days' },
		{ name: 'Hours', value: 'hours' },
	],
	default: 'days',
	description: 'Of the time above; a day has 24 hours',
};

const caution = ({ noun }: Kind): Field[] => [
	{
		displayName: 'Dry Run',
		name: 'dryRun',
		type: 'boolean',
		needsRealFalse: true,
		default: true,
		description: `Whether to only report which ${noun}s would be deleted. Turn it off when the output shows the right ones: a deleted ${noun} cannot be restored. An expression must return the boolean false; the text “false” does not turn it off.`,
	},
	{
		displayName: 'Maximum Deletions',
		name: 'maxDeletions',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: MAXIMUM,
		description:
			'How many one run deletes at most, for all input items together and the oldest first. The rest are kept for the next run, and their reason says so.',
	},
];

const outputField = ({ noun }: Kind): Field => ({
	displayName: 'Output',
	name: 'output',
	type: 'options',
	options: [
		{
			name: 'All Found',
			value: 'each',
			description: `One item per ${noun} that was found: what was done with it and why, also if it was kept`,
		},
		{
			name: 'Only Selected',
			value: 'selected',
			description: `One item per ${noun} that is to be cleaned up, without the others`,
		},
		{
			name: 'Summary',
			value: 'summary',
			description: 'One item with counts, sizes, the selected ones, and a text for a message',
		},
	],
	default: 'each',
	description: 'What goes on to the next node',
});

/** Returns the options of every clean-up. */
export const cleanUpOptions = ({ noun, label }: Kind): Field[] => [
	{
		displayName: 'Deletions at Once',
		name: 'deletionsAtOnce',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 20 },
		default: AT_ONCE,
		description: 'How many are deleted at the same time',
	},
	{
		displayName: `Keep If ${capital(label)} Contains`,
		name: 'keepIfContains',
		type: 'string',
		isSafeguard: true,
		default: '',
		placeholder: 'e.g. contract, keep',
		description: `Never delete a ${noun} with one of these texts in its ${label}, in upper or lower case; several are separated by commas. A ${noun} whose ${label} is not known is kept too.`,
	},
	{
		displayName: 'Trust the Service’s Clock',
		name: 'trustServiceClock',
		type: 'boolean',
		default: false,
		description:
			'Whether only the clock of the service decides what has expired. Otherwise the clock of n8n has to agree, so that a wrong clock cannot delete anything, and nothing is deleted if the two differ by a day or more.',
	},
];

const shownFor = (field: Field, ...selections: string[]): Field => ({
	...field,
	displayOptions: { show: { selection: selections } },
});

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
