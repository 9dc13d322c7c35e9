import type { Resource } from '../../shared/node/operation';
import { create } from './create';

export const policy: Resource = {
	value: 'policy',
	name: 'Policy',
	operations: [create],
	initial: create.value,
};
