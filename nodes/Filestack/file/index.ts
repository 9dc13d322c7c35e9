import type { Resource } from '../../shared/node/operation';
import { download } from './download';
import { getHashes } from './getHashes';
import { getMetadata } from './getMetadata';
import { getStorage } from './getStorage';
import { overwrite } from './overwrite';
import { remove } from './remove';
import { store } from './store';

export const file: Resource = {
	value: 'file',
	name: 'File',
	operations: [remove, download, getHashes, getMetadata, getStorage, overwrite, store],
	initial: store.value,
};
