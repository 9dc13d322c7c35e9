import { returnAllFields } from '../../shared/node/fields';
import type { Operation } from '../../shared/node/operation';
import { fetchTokens } from '../token';

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many tokens',
	description: 'Retrieve a list of the user’s API tokens, newest first',
	fields: returnAllFields,
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
			description:
				'Only return tokens with one of these statuses (effectiveStatus). The filter is applied by n8n because SpeedyFiles does not support it.',
		},
	],
	async execute({ functions, parameter, option }) {
		const statuses = option<string[]>('statuses') ?? [];
		const limit = parameter<boolean>('returnAll') ? Infinity : parameter<number>('limit');
		const tokens = (await fetchTokens(functions)).filter(
			({ effectiveStatus }) => statuses.length === 0 || statuses.includes(String(effectiveStatus)),
		);
		return tokens.slice(0, limit).map((json) => ({ json }));
	},
};
