import { type INodeProperties, NodeOperationError } from 'n8n-workflow';

import { DAY, outlives, serviceTime } from '../shared/dates';
import { pathSegment } from '../shared/http/addresses';
import { callApi } from '../shared/http/client';
import {
	confirmedBy,
	type ExpectedBody,
	isJsonObject,
	type ServiceContext,
} from '../shared/http/service';
import { durationFields } from '../shared/node/duration';
import { returnAllFields } from '../shared/node/fields';
import { locatorField } from '../shared/node/locator';
import type { ItemContext, Operation, Resource } from '../shared/node/operation';
import { appliedByN8n } from '../shared/node/filters';
import type { OutputItem } from '../shared/node/output';
import { describeToken, tokenOutput } from './describe';
import { NEW_TOKEN, speedyFiles } from './service';

/**
 * Fetches all tokens of the user, including revoked ones, newest first. The list has no pages (SpeedyFiles source,
 * app/routes/api.py).
 */
export async function fetchTokens(context: ServiceContext): Promise<OutputItem[]> {
	const { body, headers } = await callApi(context, speedyFiles, {
		method: 'GET',
		path: '/me/tokens',
		expects: TOKENS,
	});
	const now = serviceTime(headers);
	return body.filter(isJsonObject).map((token) => describeToken(token, now));
}

const TOKENS: ExpectedBody<unknown[]> = {
	what: 'a list of tokens',
	read: (body) => (Array.isArray(body) ? body : undefined),
};

const nameField: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. Nightly reports',
	description: 'What the token is used for (up to 128 characters)',
};

/** How long the token works: whole days, up to 3,650 (SpeedyFiles docs, REST API: POST /me/tokens). */
const lifetime = durationFields({
	name: 'expiresInDays',
	units: ['days', 'weeks'],
	initial: [90, 'days'],
	max: 3650 * DAY,
	description: 'How long the token works (up to 3,650 days). By default, it never expires.',
});

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create token',
	description: 'Create an API token with the same permissions as the credential’s user',
	fields: [
		{
			displayName:
				'SpeedyFiles only shows a new token once. Find it in the <b>token</b> field of the output and store it securely. n8n may save it with the execution data.',
			name: 'tokenNotice',
			type: 'notice',
			default: '',
		},
		nameField,
	],
	output: tokenOutput,
	options: [lifetime.count, lifetime.unit],
	async execute(item) {
		const { functions, itemIndex } = item;
		const request = tokenRequest(item);
		const { body, headers } = await callApi(functions, speedyFiles, {
			method: 'POST',
			path: '/me/tokens',
			body: request,
			expects: NEW_TOKEN,
			retryable: false,
			unknownResultHint: `SpeedyFiles may have created the token “${request.name}” anyway, but its value is lost. Revoke it with Token → Revoke.`,
		});
		const now = serviceTime(headers);
		const days = request.expires_in_days;
		if (days !== undefined && outlives(body.expires_at, now + days * DAY)) {
			const message = 'SpeedyFiles created a token that does not expire when it should';
			const description = `Its ID is ${String(body.id)}. Revoke the token with Token → Revoke, and check the version of the instance.`;
			throw new NodeOperationError(functions.getNode(), message, { itemIndex, description });
		}
		return describeToken(body, now);
	},
};

function tokenRequest(item: ItemContext) {
	const period = lifetime.readOption(item);
	return {
		name: item.parameter<string>(nameField.name).trim(),
		...(period !== undefined && { expires_in_days: period / DAY }),
	};
}

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many tokens',
	description: 'Retrieve a list of the user’s API tokens, newest first',
	fields: returnAllFields,
	output: tokenOutput,
	options: [
		{
			displayName: 'Status',
			name: 'statuses',
			type: 'multiOptions',
			options: [
				{ name: 'Active', value: 'active' },
				{ name: 'Expired', value: 'expired' },
				{ name: 'Revoked', value: 'revoked' },
			],
			default: [],
			description: `Only return tokens with one of these statuses. ${appliedByN8n('SpeedyFiles')}.`,
		},
	],
	async execute({ functions, parameter, option }) {
		const statuses = option<string[]>('statuses') ?? [];
		const limit = parameter<boolean>('returnAll') ? Infinity : parameter<number>('limit');
		const tokens = (await fetchTokens(functions)).filter(
			({ added }) => statuses.length === 0 || statuses.includes(String(added?.status)),
		);
		return tokens.slice(0, limit);
	},
};

const tokenField = locatorField({
	displayName: 'Token',
	name: 'tokenId',
	description:
		'The token to revoke. If you revoke the token used by this credential, the credential stops working.',
	searchListMethod: 'searchTokens',
	urlPattern: 'https?:\\/\\/[^?#]+\\/me\\/tokens\\/([0-9]+)(?![^\\/?#])',
	urlPlaceholder: 'e.g. https://files.example.com/api/v1/me/tokens/3',
	idPlaceholder: 'e.g. 3',
});

export const revoke: Operation = {
	value: 'revoke',
	name: 'Revoke',
	action: 'Revoke token',
	description: 'Revoke an API token immediately',
	fields: [tokenField],
	async execute({ functions, locator }) {
		const id = locator(tokenField.name);
		await callApi(functions, speedyFiles, {
			method: 'DELETE',
			path: `/me/tokens/${pathSegment(functions, tokenField.displayName, id)}`,
			expects: confirmedBy('the revocation', 'ok', 'revoked'),
		});
		return { json: { revoked: true, tokenId: /^\d+$/.test(id) ? Number(id) : id } };
	},
};

export const token: Resource = {
	value: 'token',
	name: 'Token',
	operations: [create, getAll, revoke],
	initial: getAll.value,
};
