import type { INodeProperties } from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http';
import type { ItemContext, Operation } from '../../shared/operation';
import { describeToken } from '../describe';
import { NEW_TOKEN, speedyFiles } from '../service';

const nameField: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. Nightly reports',
	description: 'What the token is for, up to 128 characters',
};

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create a token',
	description: 'Make an API token with the rights of the user in the credential',
	fields: [
		{
			displayName:
				'SpeedyFiles shows a new token only this once: it is in <b>token</b> of the output, and n8n may save it with the execution. Store it in a safe place in the next node.',
			name: 'tokenNotice',
			type: 'notice',
			default: '',
		},
		nameField,
	],
	options: [
		{
			displayName: 'Expires In Days',
			name: 'expiresInDays',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 3650 },
			default: 90,
			description: 'After how many days the token stops working, up to 3650. Without it, never.',
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
			doubt: `SpeedyFiles may have created the token “${request.name}” anyway. Its text is lost, so revoke it with Token → Revoke.`,
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
