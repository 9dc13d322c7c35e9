import type { Field } from './schema';

/** The name of the output field that receives the file. */
export const outputField: Field = {
	displayName: 'Output Data Field Name',
	name: 'binaryPropertyName',
	type: 'string',
	default: 'data',
	required: true,
	placeholder: 'e.g. data',
	hint: 'The name of the output field that will contain the file',
	description: 'Use this name in later nodes to access the file',
};

/** The file field, or fields, to send. */
export const inputField: Field = {
	displayName: 'Input Data Field Name',
	name: 'binaryPropertyName',
	type: 'string',
	takes: 'files',
	default: 'data',
	required: true,
	placeholder: 'e.g. data',
	hint: 'The name of the input field that contains the file',
	description:
		'To send several files, separate the field names with commas, or enter * for all files of the item',
};

/** The paging fields of Get Many. */
export const returnAllFields: Field[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		displayOptions: { show: { returnAll: [false] } },
		description: 'Max number of results to return',
	},
];

/** The collection of optional fields. */
export const optionsField = (options: Field[]): Field => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options,
});

/** The unit of a period, for `periodOf`. */
export const unitField: Field = {
	displayName: 'Unit',
	name: 'unit',
	type: 'options',
	options: [
		{ name: 'Days', value: 'days' },
		{ name: 'Hours', value: 'hours' },
	],
	default: 'days',
	description: 'The unit of the value above. A day is 24 hours.',
};

/** The expiry as a point in time. */
export const expiresAtField: Field = {
	displayName: 'Date and Time',
	name: 'expiresAt',
	type: 'dateTime',
	default: '',
	required: true,
	description: 'Uses the workflow’s time zone unless the value includes one',
};

/** For responses with many fields. */
export const simplifyField: Field = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/**
 * Settings of an upload in several requests. The defaults are the service's.
 * @param word the service's word for the content of one request
 */
export const partOptions = (
	word: 'chunk' | 'part',
	{ threshold, partSize }: { threshold: number; partSize: number },
) => {
	const options: Field[] = [
		{
			displayName: `${capitalize(word)} Size (MiB)`,
			name: 'partSizeMb',
			type: 'number',
			// As small as 16 KiB, because on a slow connection a large request may time out.
			typeOptions: { minValue: 1 / 64, maxValue: 1024, numberPrecision: 6 },
			default: partSize,
			description: `The size of each ${word} of a large file`,
		},
		{
			displayName: `Parallel ${capitalize(word)}s`,
			name: 'partsAtOnce',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 16 },
			default: 4,
			description: `How many ${word}s to upload in parallel. Each one uses memory equal to the ${word} size while it is being sent.`,
		},
		{
			displayName: 'Split Files Larger Than (MiB)',
			name: 'thresholdMb',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1_000_000, numberPrecision: 6 },
			default: threshold,
			description: `Files of this size or larger are uploaded in ${word}s. If a ${word} fails, only that ${word} is retried.`,
		},
	];
	return options;
};

/** A file name that overrides that of the transferred file. */
export const fileNameOption: Field = {
	displayName: 'File Name',
	name: 'fileName',
	type: 'string',
	default: '',
	placeholder: 'e.g. report.pdf',
	description: 'Overrides the original file name',
};

/** The same for an upload that may consist of several files. */
export const uploadNameOption: Field = {
	...fileNameOption,
	description: 'Overrides the original file name. Only works with a single file.',
};

/** Whether to compute the SHA-256 of a transferred file. */
export const sha256Option: Field = {
	displayName: 'Compute SHA-256',
	name: 'sha256',
	type: 'boolean',
	default: true,
	description:
		'Whether to include the SHA-256 hash of the file in the output. It is computed during the transfer, which makes the transfer slightly slower.',
};

/** The time limit for a transfer without progress. */
export const stallOption: Field = {
	displayName: 'Stall Timeout (Seconds)',
	name: 'stallSeconds',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 86_400 },
	default: 60,
	description:
		'How long to wait without any progress before cancelling the transfer. There is no limit on the total duration.',
};

/** The hosts from which files may be downloaded. */
export const allowedHostsOption: Field = {
	displayName: 'Allowed Hosts',
	name: 'allowedHosts',
	type: 'string',
	isSafeguard: true,
	default: '',
	placeholder: 'e.g. files.example.com, *.example.com',
	description:
		'Only download files from these hosts, including after redirects. Separate them with commas; *.example.com stands for every host below example.com.',
};

export const capitalize = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
