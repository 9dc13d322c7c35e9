import type { Resource } from '../../shared/node/operation';
import { create } from './create';
import { getAll } from './getAll';
import { revoke } from './revoke';

export const token: Resource = {
	value: 'token',
	name: 'Token',
	operations: [create, getAll, revoke],
	initial: getAll.value,
};
