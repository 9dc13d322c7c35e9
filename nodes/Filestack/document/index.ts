import type { Resource } from '../../shared/node/operation';
import { convert } from './convert';
import { extractPages } from './extractPages';
import { getInfo } from './info';
import { merge } from './merge';

export const document: Resource = {
	value: 'document',
	name: 'Document',
	operations: [convert, extractPages, getInfo, merge],
	initial: convert.value,
};
