import { type IDataObject, NodeOperationError } from 'n8n-workflow';

import { DAY, HOUR, outlives, serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import {
	booleanOf,
	type ExpectedBody,
	idTextOf,
	isJsonObject,
	type JsonRecord,
	textOf,
} from '../../shared/http/service';
import { durationFields } from '../../shared/node/duration';
import type { ItemContext, Operation, Resource } from '../../shared/node/operation';
import { parseHttpUrl } from '../../shared/text';
import { fileField } from '../file/getAll';
import { filesApp } from '../service';

/** How long the link works: whole hours (Files App docs, Create Share Link). The docs give no limit. */
const lifetime = durationFields({
	name: 'expiresIn',
	unitName: 'expiryUnit',
	units: ['hours', 'days', 'weeks'],
	initial: [7, 'days'],
	max: 36_500 * DAY,
	description: 'How long the link works',
});

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create share link for file',
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
		{ ...lifetime.count, displayOptions: { show: { expires: [true] } } },
		{ ...lifetime.unit, displayOptions: { show: { expires: [true] } } },
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
		const settings = linkSettings(item);
		const { body: link, headers } = await callApi(item.functions, filesApp, {
			method: 'POST',
			path: '/share',
			body: { file_id: fileId, ...settings },
			expects: LINK,
			// Not retried: a second call would create a second link.
			retryable: false,
			unknownResultHint:
				'Files App may have created the share link anyway. Its API cannot list links, so check its website before you run the node again.',
		});
		requireProtection(item, settings, link, serviceTime(headers));
		return { json: link as IDataObject, added: { fileId } };
	},
};

const LINK: ExpectedBody<JsonRecord> = {
	what: 'the URL of the share link',
	read: (body) => (isJsonObject(body) && parseHttpUrl(textOf(body.url)) ? body : undefined),
};

function linkSettings(item: ItemContext): IDataObject {
	const settings: IDataObject = { allow_download: item.parameter<boolean>('allowDownload') };
	const password = item.parameter<string>('password');
	if (password) settings.password = password;
	if (item.parameter<boolean>('expires')) {
		settings.expires_in = lifetime.read(item) / HOUR;
	}
	return settings;
}

/**
 * @param now the service's clock, in milliseconds since 1970
 * @throws NodeOperationError if the link allows more than the user did, because the server ignored a setting
 */
function requireProtection(
	{ functions, itemIndex }: ItemContext,
	settings: IDataObject,
	link: JsonRecord,
	now: number,
): void {
	const { password, allow_download: allowDownload, expires_in: hours } = settings;
	const problem =
		password !== undefined && booleanOf(link.password_protected) === false
			? 'the share link without the password'
			: allowDownload === false && booleanOf(link.allow_download) === true
				? 'a share link that allows downloads'
				: hours !== undefined && outlives(link.expires_at, now + Number(hours) * HOUR)
					? 'a share link that does not expire when it should'
					: undefined;
	if (problem === undefined) return;
	const message = `Files App created ${problem}`;
	throw new NodeOperationError(functions.getNode(), message, {
		itemIndex,
		description: `Its ID is ${idTextOf(link.id) ?? 'unknown'}. Delete the link on the website of Files App, and check whether your plan includes this setting.`,
	});
}

export const shareLink: Resource = {
	value: 'shareLink',
	name: 'Share Link',
	operations: [create],
	initial: create.value,
};
