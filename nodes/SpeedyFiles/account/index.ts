import type { Resource } from '../../shared/node/operation';
import { get } from '../account';

export const account: Resource = {
	value: 'account',
	name: 'Account',
	operations: [get],
	initial: get.value,
};
