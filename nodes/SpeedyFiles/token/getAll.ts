import { returnAllFields } from '../../shared/fields';
import type { Operation } from '../../shared/operation';
import { fetchTokens } from '../tokens';

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many tokens',
	description: 'List the API tokens of the user in the credential, newest first',
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
				'Only tokens in one of these states, as effectiveStatus says it. SpeedyFiles cannot filter by it: this node reads the list and picks.',
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
