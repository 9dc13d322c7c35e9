import { isoDate } from '../../shared/dates';
import { addressOf, baseUrlOf } from '../../shared/http/credential';
import type { Operation } from '../../shared/node/operation';
import { expiryFields, readExpiry } from '../link';
import { cacheOption } from '../file/fields';
import { selectedFile, fileField } from '../handle';
import { cdnLink, fileApiLink } from '../links';
import { filestack, requireAppSecret, signUserPolicy } from '../service';

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
				? fileApiLink(await baseUrlOf(functions, filestack), segment, signedPolicy, settings)
				: cdnLink(
						await addressOf(functions, filestack, 'cdnBaseUrl'),
						segment,
						signedPolicy,
						settings,
					);
		return { json: { url, handle, expiry, expiresAt: isoDate(expiry) } };
	},
};
