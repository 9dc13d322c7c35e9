import { isoDate } from '../../shared/dates';
import { addressOf, baseUrlOf } from '../../shared/address';
import type { Operation } from '../../shared/operation';
import { expiryFields, expiryOf } from '../expiry';
import { cacheOption } from '../file/fields';
import { chosenFile, fileField } from '../handle';
import { cdnLink, fileApiLink } from '../links';
import { filestack, needAppSecret, signed } from '../service';

export const createSigned: Operation = {
	value: 'createSigned',
	name: 'Create Signed',
	action: 'Create a signed link',
	description: 'Make a link with which anybody can read one file until it expires',
	fields: [
		fileField,
		{
			displayName: 'Link To',
			name: 'linkTo',
			type: 'options',
			options: [
				{
					name: 'CDN',
					value: 'cdn',
					description: 'Fast everywhere; recommended by Filestack',
				},
				{
					name: 'File API',
					value: 'fileApi',
					description: 'The file itself, which a browser can be made to save',
				},
			],
			default: 'cdn',
			description: 'The host that delivers the file',
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
			description: 'Whether a browser saves the file instead of showing it',
		},
	],
	async execute(item) {
		const { functions, parameter, option } = item;
		const { handle, segment } = chosenFile(item);
		const expiry = expiryOf(item);
		const appSecret = await needAppSecret(functions, 'A signed link');
		const proof = signed({ expiry, call: ['read'], handle }, appSecret);
		const settings = {
			cache: option<boolean>('cache'),
			download: option<boolean>('forceDownload'),
		};
		const url =
			parameter('linkTo') === 'fileApi'
				? fileApiLink(await baseUrlOf(functions, filestack), segment, proof, settings)
				: cdnLink(await addressOf(functions, filestack, 'cdnBaseUrl'), segment, proof, settings);
		return { json: { url, handle, expiry, expiresAt: isoDate(expiry) } };
	},
};
