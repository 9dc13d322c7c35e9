import type { Resource } from '../../shared/node/operation';
import { createSigned } from './createSigned';

export const link: Resource = {
	value: 'link',
	name: 'Link',
	operations: [createSigned],
	initial: createSigned.value,
};
