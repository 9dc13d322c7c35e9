import type { Resource } from '../../shared/node/operation';
import { cleanUp } from './cleanUp';
import { create } from './create';
import { deletePackage } from './delete';
import { finalize } from './finalize';
import { get } from './get';
import { getAll } from './getAll';
import { revoke } from './revoke';
import { send } from './send';
import { uploadFile } from './upload';

export const packageResource: Resource = {
	value: 'package',
	name: 'Package',
	operations: [cleanUp, create, deletePackage, finalize, get, getAll, revoke, send, uploadFile],
	initial: send.value,
};
