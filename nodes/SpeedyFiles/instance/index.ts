import type { Resource } from '../../shared/node/operation';
import { health } from '../instance';

export const instance: Resource = {
	value: 'instance',
	name: 'Instance',
	operations: [health],
	initial: health.value,
};
