import type { Resource } from '../../shared/operation';
import { health } from './health';

export const instance: Resource = {
	value: 'instance',
	name: 'Instance',
	operations: [health],
	initial: health.value,
};
