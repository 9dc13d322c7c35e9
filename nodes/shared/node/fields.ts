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

/** The URL of a file that n8n passes on to the service. */
export const urlField: Field = {
	displayName: 'URL',
	name: 'url',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. https://example.com/report.pdf',
	displayOptions: { show: { source: ['url'] } },
	description:
		'The file is passed on as it arrives and is not stored in n8n. The URL is requested without credentials.',
};

/**
 * The fields for the source of an upload.
 * @param input the field for files of the workflow
 */
export const sourceFields = (input: Field = inputField): Field[] => [
	{
		displayName: 'File Source',
		name: 'source',
		type: 'options',
		options: [
			{ name: 'Workflow File', value: 'binary', description: 'A file from an input data field' },
			{ name: 'URL', value: 'url', description: 'A file on the web' },
		],
		default: 'binary',
		description: 'Where the file comes from',
	},
	{ ...input, displayOptions: { show: { source: ['binary'] } } },
	urlField,
];

/** Shows an option only for some sources of an upload. */
export const onlyForSources =
	(...sources: string[]) =>
	(option: Field): Field => ({ ...option, displayOptions: { show: { '/source': sources } } });

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

/** How long a transfer survives an outage. */
export const giveUpOption: Field = {
	displayName: 'Give Up After (Minutes)',
	name: 'giveUpMinutes',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 10_080, numberPrecision: 3 },
	default: 10,
	description:
		'How long to keep trying while every request fails, for example because the connection is down. Any success starts the time again. With 0, a request is tried four times.',
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
		giveUpOption,
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
	takes: 'hosts',
	isSafeguard: true,
	default: '',
	placeholder: 'e.g. files.example.com, *.example.com',
	description:
		'Only download files from these hosts, including after redirects. Separate them with commas; *.example.com stands for every host below example.com.',
};

/** The size limit of a download. */
export const maxSizeOption: Field = {
	displayName: 'Maximum Size (MiB)',
	name: 'maxSizeMb',
	type: 'number',
	isSafeguard: true,
	typeOptions: { minValue: 0, numberPrecision: 6 },
	default: 1024,
	description: 'The node fails and stores nothing if the file is larger',
};

const PARALLEL_PARTS =
	'How many parts of a large file to download in parallel, if the host supports it. Each one uses memory equal to the part size.';

const ONLY_IF_SLOW =
	'Without this option, four parts are downloaded in parallel if a single request is slow.';

/**
 * Settings of a download of a large file in several requests.
 * @param advice what to consider before requests are sent in parallel, for a service for which that is off by default
 */
const rangeOptions = (
	{ threshold, partSize, concurrency }: RangeDefaults,
	advice = '',
): Field[] => [
	{
		displayName: 'Parallel Parts',
		name: 'partsAtOnce',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 16, numberPrecision: 0 },
		default: concurrency,
		description: [PARALLEL_PARTS, concurrency > 1 && ONLY_IF_SLOW, advice]
			.filter(Boolean)
			.join(' '),
	},
	{
		displayName: 'Part Size (MiB)',
		name: 'partSizeMb',
		type: 'number',
		typeOptions: { minValue: 1 / 64, maxValue: 1024, numberPrecision: 6 },
		default: partSize,
		description: 'The size of each part of a file that is downloaded in parallel',
	},
	{
		displayName: 'Split Files Larger Than (MiB)',
		name: 'thresholdMb',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1_000_000, numberPrecision: 6 },
		default: threshold,
		description: 'Files of this size or larger are downloaded in parallel parts',
	},
];

/** The same numbers as in the settings of the transfer, in MiB. */
interface RangeDefaults {
	threshold: number;
	partSize: number;
	concurrency: number;
}

/** The options of an upload that only concern a file from a URL. */
export const urlSourceOptions: Field[] = [allowedHostsOption, maxSizeOption].map(
	onlyForSources('url'),
);

/** The options that every download has. */
export const downloadOptions = (defaults: RangeDefaults, advice?: string): Field[] => [
	allowedHostsOption,
	fileNameOption,
	giveUpOption,
	maxSizeOption,
	...rangeOptions(defaults, advice),
	sha256Option,
	stallOption,
];

export const capitalize = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/**
 * Compares options by name, for sorting. Not with `localeCompare`, because its first call in a process takes several
 * milliseconds, and this is called while n8n loads the nodes.
 */
export const byName = (a: { name: string }, b: { name: string }): number =>
	a.name < b.name ? -1 : 1;
