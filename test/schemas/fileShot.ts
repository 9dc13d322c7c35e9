import { FileShotApi } from '../../credentials/FileShotApi.credentials';
import { FileShot } from '../../nodes/FileShot/FileShot.node';
import { FileShotTrigger } from '../../nodes/FileShot/FileShotTrigger.node';
import { byId } from '../support/locators';
import { REPORT } from './files';
import type { Seen, ServiceSteps } from './steps';

const uploaded = ({ last }: Seen) => ({ fileId: byId(last('file.upload').fileId) });

export const fileShot: ServiceSteps = {
	Node: FileShot,
	Credential: FileShotApi,
	steps: [
		{ does: 'file.upload', files: { data: REPORT } },
		{
			does: 'file.upload',
			// FileShot documents encrypted uploads only for its own apps.
			async before({ sandbox }) {
				await sandbox.control.patch('/services/fileShot/settings', { dialect: 'both' });
			},
			files: { data: REPORT },
			parameters: { encrypt: 'raw' },
		},
		{ does: 'file.upload', files: { data: REPORT } },
		{ does: 'file.get', parameters: uploaded },
		{ does: 'file.getAll' },
		{ does: 'file.download', parameters: uploaded },
		{ does: 'file.cleanUp', parameters: { selection: 'expiring', expiresWithin: 60 } },
		{ does: 'file.cleanUp', parameters: { output: 'each' } },
		{
			trigger: 'FileShotTrigger',
			items: async (account) =>
				await account.sampleOf(new FileShotTrigger(), { events: ['file.added'] }),
		},
		{ does: 'file.delete', parameters: uploaded },
	],
};
