import type { Resource } from '../../shared/node/operation';
import { cleanUp } from './cleanUp';
import { deleteFile } from './delete';
import { download } from './download';
import { get } from './get';
import { getAll } from './getAll';
import { upload } from './upload';

export const file: Resource = {
	value: 'file',
	name: 'File',
	operations: [cleanUp, deleteFile, download, get, getAll, upload],
	initial: upload.value,
};
