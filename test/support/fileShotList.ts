import type { IDataObject } from 'n8n-workflow';

import { FileShotApi } from '../../credentials/FileShotApi.credentials';
import { FileShot } from '../../nodes/FileShot/FileShot.node';
import { DAY } from './cleanUp';
import { nodeOf, type NodeUnderTest } from './engine';
import type { ListedAccount } from './listedAccount';

/** Clean Up of an account that a test lists. */
export const cleanUpOf = (
	{ host }: ListedAccount,
	parameters: IDataObject = {},
	more: Partial<NodeUnderTest> = {},
): NodeUnderTest => ({
	node: nodeOf(FileShot),
	credentialType: new FileShotApi(),
	credentials: { baseUrl: host.url, apiKey: 'key', linkBaseUrl: 'https://link.test' },
	parameters: {
		...{ resource: 'file', operation: 'cleanUp', dryRun: false, output: 'each' },
		...parameters,
	},
	...more,
});

/** Read once, because two entries of a list with the same age must not differ by a millisecond. */
const NOW = Date.now();

export const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

/** A file that has expired. */
export const old = (fileId: string, more: IDataObject = {}) => ({
	fileId,
	fileName: `${fileId}.txt`,
	createdAt: ago(400 * DAY),
	expiresAt: ago(300 * DAY),
	...more,
});
