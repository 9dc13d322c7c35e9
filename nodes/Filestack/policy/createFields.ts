import type { INodeProperties } from 'n8n-workflow';

import type { Field } from '../../shared/schema';

/** What each call of a policy lets its holder do, by the alphabet (Filestack docs, Creating policies). */
export const callsField: INodeProperties = {
	displayName: 'Calls',
	name: 'calls',
	type: 'multiOptions',
	options: [
		{ name: 'Convert', value: 'convert', description: 'Transform a file' },
		{ name: 'EXIF', value: 'exif', description: 'Read the EXIF data of a picture' },
		{ name: 'Pick', value: 'pick', description: 'Choose files in the picker' },
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
	description: 'What the policy allows. Choose no more than is needed.',
};

/** Further limits, by the alphabet. */
export const policyOptions: Field[] = [
	{
		displayName: 'Container',
		name: 'container',
		type: 'string',
		isSafeguard: true,
		default: '',
		placeholder: 'e.g. ^my-bucket$',
		description: 'Regular expression that the container has to match when a file is stored',
	},
	{
		displayName: 'Handle',
		name: 'handle',
		type: 'string',
		isSafeguard: true,
		default: '',
		placeholder: 'e.g. s7tdGfE5RRKFUxwsZoYv',
		description: 'The one file that the policy is for: its handle, or a URL of it',
	},
	{
		displayName: 'Max Size (Bytes)',
		name: 'maxSize',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 10485760,
		description: 'How large a stored file may be',
	},
	{
		displayName: 'Min Size (Bytes)',
		name: 'minSize',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'How large a stored file has to be',
	},
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		isSafeguard: true,
		default: '',
		placeholder: 'e.g. ^uploads/',
		description: 'Regular expression that the path has to match when a file is stored',
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		isSafeguard: true,
		default: '',
		placeholder: 'e.g. ^https://assets\\.example\\.com/',
		description: 'Regular expression that external sources have to match',
	},
];
