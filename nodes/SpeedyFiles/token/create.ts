import type { INodeProperties } from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { describeToken } from '../describe';
import { NEW_TOKEN, speedyFiles } from '../service';

const nameField: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. Nightly reports',
	description: 'What the token is used for (up to 128 characters)',
};

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
	options: [
		{
			displayName: 'Expires After (Days)',
			name: 'expiresInDays',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 3650 },
			default: 90,
			description:
				'Number of days until the token expires (up to 3,650). By default, it never expires.',
		},
	],
	async execute(item) {
		const request = tokenRequest(item);
		const { body, headers } = await callApi(item.functions, speedyFiles, {
			method: 'POST',
			path: '/me/tokens',
			body: request,
			needs: NEW_TOKEN,
			repeatable: false,
			doubt: `SpeedyFiles may have created the token “${request.name}” anyway, but its value is lost. Revoke it with Token → Revoke.`,
		});
		return { json: describeToken(body, serviceTime(headers)) };
	},
};

function tokenRequest(item: ItemContext) {
	const days = item.option<number>('expiresInDays');
	return {
		name: item.parameter<string>(nameField.name).trim(),
		...(days !== undefined && { expires_in_days: days }),
	};
}
