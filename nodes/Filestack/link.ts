import { isoDate } from '../shared/dates';
import { readAddressField, readBaseUrl } from '../shared/http/credential';
import { expiresAtField } from '../shared/node/fields';
import type { ItemContext, Operation, Resource } from '../shared/node/operation';
import { requireFuture } from '../shared/node/parameters';
import type { Field } from '../shared/node/schema';
import { cacheOption } from './file/fields';
import { fileField, selectedFile } from './handle';
import { filestack, requireAppSecret, signUserPolicy } from './service';
import type { SignedPolicy } from './signing';

/** The fields for the expiry of a policy. */
export const expiryFields: Field[] = [
	{
		displayName: 'Expiry',
		name: 'expiry',
		type: 'options',
		options: [
			{ name: 'After a Number of Minutes', value: 'minutes' },
			{ name: 'At a Date and Time', value: 'date' },
		],
		default: 'minutes',
		description: 'When it stops being valid',
	},
	{
		displayName: 'Expires After (Minutes)',
		name: 'expiresInMinutes',
		type: 'number',
		// The upper bound (100 years) keeps the result a valid Date.
		typeOptions: { minValue: 1, maxValue: 100 * 366 * 24 * 60, numberPrecision: 0 },
		default: 60,
		displayOptions: { show: { expiry: ['minutes'] } },
		description: 'Number of minutes from now. Allow for a minute of clock difference.',
	},
	{ ...expiresAtField, displayOptions: { show: { expiry: ['date'] } } },
];

/**
 * Returns the selected expiry in unix seconds.
 * @throws NodeOperationError that names the invalid field
 */
export function readExpiry(item: ItemContext): number {
	const { parameter } = item;
	if (parameter('expiry') !== 'date') {
		return Math.floor(Date.now() / 1000) + parameter<number>('expiresInMinutes') * 60;
	}
	const { displayName, name } = expiresAtField;
	return Math.floor(requireFuture(item, displayName, parameter(name)) / 1000);
}

export const createSigned: Operation = {
	value: 'createSigned',
	name: 'Create Signed',
	action: 'Create signed link',
	description: 'Create a link that lets anyone read a file until it expires',
	fields: [
		fileField,
		{
			displayName: 'Host',
			name: 'linkTo',
			type: 'options',
			options: [
				{
					name: 'CDN',
					value: 'cdn',
					description: 'Fast worldwide (recommended by Filestack)',
				},
				{
					name: 'File API',
					value: 'fileApi',
					description: 'Serves the file directly and can force a download',
				},
			],
			default: 'cdn',
			description: 'The host that serves the file',
		},
		...expiryFields,
	],
	options: [
		cacheOption,
		{
			displayName: 'Force Download',
			name: 'forceDownload',
			type: 'boolean',
			default: false,
			displayOptions: { show: { '/linkTo': ['fileApi'] } },
			description: 'Whether browsers download the file instead of displaying it',
		},
	],
	async execute(item) {
		const { functions, parameter, option } = item;
		const { handle, segment } = selectedFile(item);
		const expiry = readExpiry(item);
		const appSecret = await requireAppSecret(functions, 'A signed link');
		const signedPolicy = signUserPolicy({ expiry, call: ['read'], handle }, appSecret);
		const settings = {
			cache: option<boolean>('cache'),
			download: option<boolean>('forceDownload'),
		};
		const url =
			parameter('linkTo') === 'fileApi'
				? fileApiLink(await readBaseUrl(functions, filestack), segment, signedPolicy, settings)
				: cdnLink(
						await readAddressField(functions, filestack, 'cdnBaseUrl'),
						segment,
						signedPolicy,
						settings,
					);
		return { json: { url, handle, expiresAt: isoDate(expiry) } };
	},
};

/** Options of a link to a file. */
export interface LinkSettings {
	/** Whether the host may serve a cached copy. */
	cache?: boolean;
	/** Whether browsers download the file instead of displaying it; only supported by the File API. */
	download?: boolean;
}

/** Returns a CDN link with `security=p:…,s:…` as a task in the path (Filestack docs, Processing, Security). */
export function cdnLink(
	base: string,
	segment: string,
	signedPolicy: SignedPolicy | undefined,
	{ cache = true }: LinkSettings,
): string {
	const tasks = [
		...(signedPolicy ? [`security=p:${signedPolicy.policy},s:${signedPolicy.signature}`] : []),
		...(cache ? [] : ['cache=false']),
	];
	return [base, ...tasks, segment].join('/');
}

/** Returns a File API link with the policy in the query (Filestack docs, File API, Download). */
export function fileApiLink(
	base: string,
	segment: string,
	signedPolicy: SignedPolicy | undefined,
	{ cache = true, download = false }: LinkSettings,
): string {
	const query = new URLSearchParams({
		...(download && { dl: 'true' }),
		...(!cache && { cache: 'false' }),
		...signedPolicy,
	}).toString();
	return `${base}/file/${segment}${query && `?${query}`}`;
}

export const link: Resource = {
	value: 'link',
	name: 'Link',
	operations: [createSigned],
	initial: createSigned.value,
};
