import type { Resource } from '../../shared/node/operation';
import { create } from './create';

export const shareLink: Resource = {
	value: 'shareLink',
	name: 'Share Link',
	operations: [create],
	initial: create.value,
};
