import type { Resource } from '../../shared/operation';
import { get } from './get';

export const account: Resource = {
	value: 'account',
	name: 'Account',
	operations: [get],
	initial: get.value,
};
