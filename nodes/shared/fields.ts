import type { Field } from './schema';

/** The name of the output field that receives the file. */
export const outputField: Field = {
	displayName: 'Output Data Field Name',
	name: 'binaryPropertyName',
	type: 'string',
	default: 'data',
	required: true,
	placeholder: 'e.g. data',
	hint: 'The name of the output binary field that the file is put into',
	description: 'Later nodes find the file under this name',
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
	hint: 'The name of the input binary field that contains the file',
	description: 'Several fields are separated by commas; * stands for all of the item',
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

/** For responses with many fields. */
export const simplifyField: Field = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** Settings of an upload in parts. The defaults are the service's. */
export const partOptions = ({ threshold, partSize }: { threshold: number; partSize: number }) => {
	const options: Field[] = [
		{
			displayName: 'Part Size (MiB)',
			name: 'partSizeMb',
			type: 'number',
			// As small as 16 KiB, because on a slow connection a large request may time out.
			typeOptions: { minValue: 1 / 64, maxValue: 1024, numberPrecision: 6 },
			default: partSize,
			description: 'How much of a large file goes in one request',
		},
		{
			displayName: 'Parts at Once',
			name: 'partsAtOnce',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 16 },
			default: 4,
			description:
				'How many parts are sent at the same time. Each takes its size in memory while it is under way.',
		},
		{
			displayName: 'Send in Parts From (MiB)',
			name: 'thresholdMb',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1_000_000, numberPrecision: 6 },
			default: threshold,
			description:
				'Files of this size or more are sent in parts. An interrupted part is sent again, not the file.',
		},
	];
	return options;
};

/** A file name that overrides that of the single file to upload. */
export const uploadNameOption: Field = {
	displayName: 'File Name',
	name: 'fileName',
	type: 'string',
	default: '',
	placeholder: 'e.g. report.pdf',
	description: 'Replaces the name of the file. For one file only.',
};

/** Whether to compute the SHA-256 of a transferred file. */
export const sha256Option: Field = {
	displayName: 'Compute SHA-256',
	name: 'sha256',
	type: 'boolean',
	default: true,
	description:
		'Whether to put the SHA-256 of the file into the output. It is taken while the bytes pass, at some cost in speed.',
};

/** The time limit for a transfer without progress. */
export const stallOption: Field = {
	displayName: 'Stall Timeout (Seconds)',
	name: 'stallSeconds',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 86_400 },
	default: 60,
	description:
		'How long not a single byte may move before a transfer is given up. A transfer that makes progress may take as long as it needs.',
};
