import type { Resource } from '../../shared/node/operation';
import { getAll } from './getAll';

export const change: Resource = {
	value: 'change',
	name: 'Change',
	operations: [getAll],
	initial: getAll.value,
};
