import type { INodeProperties } from 'n8n-workflow';

/** The name of the binary field that a file is put into. */
export const outputField: INodeProperties = {
	displayName: 'Output Data Field Name',
	name: 'binaryPropertyName',
	type: 'string',
	default: 'data',
	required: true,
	placeholder: 'e.g. data',
	hint: 'The name of the output binary field that the file is put into',
	description: 'Later nodes find the file under this name',
};

/** SHA-256 of a transferred file. */
export const sha256Option: INodeProperties = {
	displayName: 'Compute SHA-256',
	name: 'sha256',
	type: 'boolean',
	default: true,
	description:
		'Whether to put the SHA-256 of the file into the output. It is taken while the bytes pass, at some cost in speed.',
};

/** How long a transfer may stand still. */
export const stallOption: INodeProperties = {
	displayName: 'Stall Timeout',
	name: 'stallSeconds',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 60,
	description:
		'Seconds without a single byte after which a transfer is given up. A transfer that makes progress may take as long as it needs.',
};
