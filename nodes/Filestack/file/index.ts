import type { Resource } from '../../shared/node/operation';
import { analyze } from './analyze';
import { download } from './download';
import { getHashes, getMetadata, getStorage } from './metadata';
import { overwrite } from './overwrite';
import { remove } from './remove';
import { store } from './store';

export const file: Resource = {
	value: 'file',
	name: 'File',
	operations: [analyze, remove, download, getHashes, getMetadata, getStorage, overwrite, store],
	initial: store.value,
};
