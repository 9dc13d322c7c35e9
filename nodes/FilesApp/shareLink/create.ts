import type { IDataObject } from 'n8n-workflow';

import { HOUR, periodOf } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import {
	type ExpectedBody,
	isJsonObject,
	type JsonRecord,
	textOf,
} from '../../shared/http/service';
import { unitField } from '../../shared/node/fields';
import type { ItemContext, Operation, Resource } from '../../shared/node/operation';
import { fileField } from '../file/getAll';
import { filesApp } from '../service';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create share link',
	description: 'Create a link to share a file',
	fields: [
		fileField,
		{
			displayName: 'Link Expires',
			name: 'expires',
			type: 'boolean',
			default: true,
			description: 'Whether the link expires. If turned off, Files App applies its default.',
		},
		{
			displayName: 'Expires After',
			name: 'expiresIn',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 36_500, numberPrecision: 0 },
			default: 7,
			displayOptions: { show: { expires: [true] } },
			description: 'How long the link stays active',
		},
		{ ...unitField, name: 'expiryUnit', displayOptions: { show: { expires: [true] } } },
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			isSafeguard: true,
			typeOptions: { password: true },
			default: '',
			description: 'The password required to open the link. Leave empty for no password.',
		},
		{
			displayName: 'Allow Download',
			name: 'allowDownload',
			type: 'boolean',
			default: true,
			description: 'Whether visitors can download the file instead of only viewing it',
		},
	],
	output: { names: { shareId: ['id'], link: ['url'] } },
	async execute(item) {
		const fileId = item.locator('fileId');
		const { body: link } = await callApi(item.functions, filesApp, {
			method: 'POST',
			path: '/share',
			body: { file_id: fileId, ...linkSettings(item) },
			expects: LINK,
			// Not retried: a second call would create a second link.
			retryable: false,
			unknownResultHint:
				'Files App may have created the share link anyway. Its API cannot list links, so check its website before you run the node again.',
		});
		return { json: link as IDataObject, added: { fileId } };
	},
};

const LINK: ExpectedBody<JsonRecord> = {
	what: 'the URL of the share link',
	read: (body) => (isJsonObject(body) && textOf(body.url) ? body : undefined),
};

function linkSettings(item: ItemContext): IDataObject {
	const settings: IDataObject = { allow_download: item.parameter<boolean>('allowDownload') };
	const password = item.parameter<string>('password');
	if (password) settings.password = password;
	if (item.parameter<boolean>('expires')) {
		const count = item.parameter<number>('expiresIn');
		settings.expires_in = periodOf(count, item.parameter('expiryUnit')) / HOUR;
	}
	return settings;
}

export const shareLink: Resource = {
	value: 'shareLink',
	name: 'Share Link',
	operations: [create],
	initial: create.value,
};
