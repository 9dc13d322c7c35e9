import type { Resource } from '../../shared/node/operation';
import { convert } from './convert';
import { getInfo } from './info';

export const document: Resource = {
	value: 'document',
	name: 'Document',
	operations: [convert, getInfo],
	initial: convert.value,
};
