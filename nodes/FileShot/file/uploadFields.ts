import {
	inputField,
	partOptions,
	sha256Option,
	stallOption,
	uploadNameOption,
} from '../../shared/fields';
import type { Field } from '../../shared/schema';
import type { PartDefaults } from '../../shared/transfer/settings';

/**
 * One request takes files under 100 MB, 95.4 MiB (FileShot docs, Upload File). The docs give no size of the parts;
 * FileShot's desktop clients send 8 MiB.
 */
export const SIZES: PartDefaults = { threshold: 95, partSize: 8 };

export const uploadFields: Field[] = [
	inputField,
	{
		displayName: 'Link Expires',
		name: 'expires',
		type: 'boolean',
		default: true,
		description:
			'Whether the file and its link go away after a number of days. Without this, FileShot decides.',
	},
	{
		displayName: 'Days',
		name: 'expiryDays',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 365, numberPrecision: 0 },
		default: 30,
		displayOptions: { show: { expires: [true] } },
		description:
			'Whole days from now, 1 to 365. The tier of the account may allow less; the output says what FileShot made of it.',
	},
	{
		displayName: 'Password Protected',
		name: 'passwordProtected',
		type: 'boolean',
		default: false,
		description:
			'Whether FileShot encrypts the file (AES-256-GCM) and asks visitors for a password',
	},
	{
		displayName: 'Password',
		name: 'password',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		required: true,
		displayOptions: { show: { passwordProtected: [true] } },
		hint: 'FileShot does not document how a password is set. It is sent along as “password”: try the link before you rely on it.',
		description: 'What a visitor has to enter',
	},
	{
		displayName: 'Paid Access',
		name: 'paidAccess',
		type: 'boolean',
		default: false,
		description: 'Whether a visitor has to pay before the download',
	},
	{
		displayName: 'Price (US Cents)',
		name: 'price',
		type: 'number',
		typeOptions: { minValue: 100, numberPrecision: 0 },
		default: 100,
		displayOptions: { show: { paidAccess: [true] } },
		description: 'Price of a download in cents of the US dollar, 100 or more',
	},
];

export const uploadOptions: Field[] = [
	{
		displayName: 'Custom Slug',
		name: 'customSlug',
		type: 'string',
		default: '',
		placeholder: 'e.g. my-project',
		description: 'The last part of the link, in place of the ID. For one file only.',
	},
	...partOptions('chunk', SIZES),
	sha256Option,
	stallOption,
	uploadNameOption,
	{
		displayName: 'Upload Style',
		name: 'uploadStyle',
		type: 'options',
		options: [
			{
				name: 'Auto',
				value: 'auto',
				description: 'Begin as documented, and change to what the server understands',
			},
			{
				name: 'Desktop Client',
				value: 'desktop',
				description: 'As the desktop client of FileShot sends files: small ones in parts too',
			},
			{
				name: 'Documented',
				value: 'documented',
				description: 'As the API documentation of FileShot describes it, and nothing else',
			},
		],
		default: 'auto',
		description:
			'How a large file is sent in parts. The documentation of FileShot and its own programs differ.',
	},
];
