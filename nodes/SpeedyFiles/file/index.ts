import type { Resource } from '../../shared/node/operation';
import { download } from './download';

export const file: Resource = {
	value: 'file',
	name: 'File',
	operations: [download],
	initial: download.value,
};
