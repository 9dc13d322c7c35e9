import type { Resource } from '../../shared/operation';
import { cancel } from './cancel';
import { create } from './create';
import { get } from './get';

export const session: Resource = {
	value: 'session',
	name: 'Session',
	operations: [cancel, create, get],
	initial: create.value,
};
