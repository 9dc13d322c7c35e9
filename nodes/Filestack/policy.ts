import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { isoDate } from '../shared/dates';
import type { ItemContext, Operation, Resource } from '../shared/node/operation';
import { optionalText } from '../shared/node/parameters';
import { type Field, invalidParameter, MISSING_VALUES } from '../shared/node/schema';
import { extractHandle } from './handle';
import { expiryFields, readExpiry } from './link';
import { requireAppSecret, signUserPolicy } from './service';
import type { Policy, PolicyCall } from './signing';

/** The calls that a policy can allow, in alphabetical order (Filestack docs, Creating policies). */
export const callsField: INodeProperties = {
	displayName: 'Allowed Calls',
	name: 'calls',
	type: 'multiOptions',
	options: [
		{ name: 'Convert', value: 'convert', description: 'Transform a file' },
		{ name: 'EXIF', value: 'exif', description: 'Read the EXIF data of an image' },
		{ name: 'Pick', value: 'pick', description: 'Select files in the picker' },
		{ name: 'Read', value: 'read', description: 'Download a file' },
		{ name: 'Remove', value: 'remove', description: 'Delete a file' },
		{ name: 'Run Workflow', value: 'runWorkflow', description: 'Start a Filestack workflow' },
		{ name: 'Stat', value: 'stat', description: 'Read the metadata of a file' },
		{ name: 'Store', value: 'store', description: 'Store a file' },
		{ name: 'Write', value: 'write', description: 'Overwrite a file with bytes' },
		{ name: 'Write URL', value: 'writeUrl', description: 'Overwrite a file from a URL' },
	],
	default: ['read'],
	required: true,
	description: 'The calls the policy allows. Select only what is needed.',
};

/** The optional limits of a policy, in alphabetical order. */
export const policyOptions: Field[] = [
	{
		displayName: 'Container',
		name: 'container',
		type: 'string',
		isSafeguard: true,
		default: '',
		placeholder: 'e.g. ^my-bucket$',
		description: 'A regular expression that the container must match when storing a file',
	},
	{
		displayName: 'Handle',
		name: 'handle',
		type: 'string',
		isSafeguard: true,
		default: '',
		placeholder: 'e.g. s7tdGfE5RRKFUxwsZoYv',
		description: 'Limits the policy to one file. Enter its handle or URL.',
	},
	{
		displayName: 'Max Size (Bytes)',
		name: 'maxSize',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 10485760,
		description: 'The maximum size of a stored file',
	},
	{
		displayName: 'Min Size (Bytes)',
		name: 'minSize',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'The minimum size of a stored file',
	},
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		isSafeguard: true,
		default: '',
		placeholder: 'e.g. ^uploads/',
		description: 'A regular expression that the path must match when storing a file',
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		isSafeguard: true,
		default: '',
		placeholder: 'e.g. ^https://assets\\.example\\.com/',
		description: 'A regular expression that external source URLs must match',
	},
];

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create policy for access to files',
	description:
		'Create a signed policy that lets a browser or app use Filestack without your App Secret',
	fields: [callsField, ...expiryFields],
	options: policyOptions,
	async execute(item) {
		const policy = readPolicy(item);
		const appSecret = await requireAppSecret(item.functions, 'A policy');
		return {
			json: {
				...(policy as unknown as IDataObject),
				...signUserPolicy(policy, appSecret),
				expiresAt: isoDate(policy.expiry),
			},
		};
	},
};

/** @throws NodeOperationError that names the invalid field */
function readPolicy(item: ItemContext): Policy {
	const { option } = item;
	const policy: Policy = {
		expiry: readExpiry(item),
		call: item.parameter<PolicyCall[]>(callsField.name),
		handle: readHandle(item),
		url: optionalText(option('url')),
		path: optionalText(option('path')),
		container: optionalText(option('container')),
		minSize: option<number>('minSize'),
		maxSize: option<number>('maxSize'),
	};
	const { minSize = 0, maxSize = Infinity } = policy;
	if (minSize > maxSize) {
		const advice = 'No file could be stored. Increase it, or decrease Min Size (Bytes).';
		throw invalidParameter(
			item,
			'Max Size (Bytes)',
			`is smaller than the minimum of ${minSize}`,
			advice,
		);
	}
	const entries = Object.entries(policy).filter(([, value]) => value !== undefined);
	return Object.fromEntries(entries) as unknown as Policy;
}

/** @throws NodeOperationError for anything but a handle: the policy would be valid, but would allow nothing */
function readHandle(item: ItemContext): string | undefined {
	const text = optionalText(item.option('handle'));
	const handle = text && extractHandle(text);
	if (!handle || (/^[\w-]+$/.test(handle) && !MISSING_VALUES.has(handle))) return handle;
	const advice = 'Enter the handle of one file, or its Filestack URL.';
	throw invalidParameter(item, 'Handle', 'is not a valid handle', advice);
}

export const policy: Resource = {
	value: 'policy',
	name: 'Policy',
	operations: [create],
	initial: create.value,
};
