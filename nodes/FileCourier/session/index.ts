import type { Resource } from '../../shared/node/operation';
import { cancel } from './cancel';
import { create } from './create';
import { get } from './get';
import { requestAndWait } from './requestAndWait';

export const session: Resource = {
	value: 'session',
	name: 'Session',
	operations: [cancel, create, get, requestAndWait],
	initial: create.value,
};
