import { DAY } from '../../shared/dates';
import { durationFields } from '../../shared/node/duration';
import {
	partOptions,
	sha256Option,
	sourceFields,
	stallOption,
	uploadNameOption,
	urlSourceOptions,
} from '../../shared/node/fields';
import type { Field } from '../../shared/node/schema';
import type { PartDefaults } from '../../shared/files/settings';
import { encryptionFields, hideNameOption } from './encryption';

/**
 * MiB. One request accepts files under 100 MB, which is 95.4 MiB (FileShot docs, Upload File). The docs do not give a
 * chunk size; FileShot's desktop clients use 8 MiB.
 */
export const SIZES: PartDefaults = { threshold: 95, partSize: 8 };

/** How long the file is available: whole days, up to 365 (FileShot docs, Upload File). */
export const lifetime = durationFields({
	name: 'expiryDays',
	units: ['days', 'weeks'],
	initial: [30, 'days'],
	max: 365 * DAY,
	description:
		'How long the file is available (up to 365 days). Your tier may allow less. Check expiresAt in the output for the actual date.',
});

export const uploadFields: Field[] = [
	...sourceFields(),
	...encryptionFields,
	{
		displayName: 'Link Expires',
		name: 'expires',
		type: 'boolean',
		default: true,
		description:
			'Whether the file and its link expire after a period. If turned off, FileShot applies its default.',
	},
	{ ...lifetime.count, displayOptions: { show: { expires: [true] } } },
	{ ...lifetime.unit, displayOptions: { show: { expires: [true] } } },
	{
		displayName: 'Password Protected',
		name: 'passwordProtected',
		type: 'boolean',
		default: false,
		description: 'Whether to encrypt the file (AES-256-GCM) and require a password to download it',
	},
	{
		displayName: 'Password',
		name: 'password',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		required: true,
		displayOptions: { show: { passwordProtected: [true] } },
		hint: 'FileShot does not document the field for the password. Test a link before you rely on it.',
		description: 'The password required to download the file',
	},
	{
		displayName: 'Paid Access',
		name: 'paidAccess',
		type: 'boolean',
		default: false,
		description: 'Whether to charge for the download',
	},
	{
		displayName: 'Price (US Cents)',
		name: 'price',
		type: 'number',
		typeOptions: { minValue: 100, numberPrecision: 0 },
		default: 100,
		displayOptions: { show: { paidAccess: [true] } },
		description: 'The price per download in US cents. Minimum 100 ($1.00).',
	},
];

export const uploadOptions: Field[] = [
	{
		displayName: 'Custom Slug',
		name: 'customSlug',
		type: 'string',
		default: '',
		placeholder: 'e.g. my-project',
		description: 'A custom ending for the link. Only works with a single file.',
	},
	hideNameOption,
	...partOptions('chunk', SIZES),
	sha256Option,
	stallOption,
	uploadNameOption,
	...urlSourceOptions,
	{
		displayName: 'Upload Style',
		name: 'uploadStyle',
		type: 'options',
		options: [
			{
				name: 'Auto',
				value: 'auto',
				description: 'Use the documented method, and switch if the server does not support it',
			},
			{
				name: 'Desktop Client',
				value: 'desktop',
				description: 'Upload all files in chunks, the way the FileShot desktop app does',
			},
			{
				name: 'Documented',
				value: 'documented',
				description: 'Only use the method described in the API documentation',
			},
		],
		default: 'auto',
		description:
			'How to upload large files in chunks. FileShot’s documentation and its desktop app differ here.',
	},
];
