import { FilesAppApi } from '../../credentials/FilesAppApi.credentials';
import { FilesApp } from '../../nodes/FilesApp/FilesApp.node';
import { FilesAppTrigger } from '../../nodes/FilesApp/FilesAppTrigger.node';
import { byId } from '../support/locators';
import { REPORT } from './files';
import type { Seen, ServiceSteps } from './steps';

const uploaded = ({ last }: Seen) => ({ fileId: byId(last('file.upload').fileId) });

export const filesApp: ServiceSteps = {
	Node: FilesApp,
	Credential: FilesAppApi,
	steps: [
		{ does: 'file.upload', files: { data: REPORT } },
		{ does: 'file.get', parameters: uploaded },
		{ does: 'file.getAll' },
		{ does: 'file.download', parameters: uploaded },
		{ does: 'file.cleanUp', parameters: { olderThan: 1, output: 'each' } },
		{ does: 'shareLink.create', parameters: uploaded },
		{ does: 'change.getAll', parameters: { options: { details: true } } },
		{
			trigger: 'FilesAppTrigger',
			items: async (account) => await account.sampleOf(new FilesAppTrigger(), { events: ['*'] }),
		},
		{ does: 'file.delete', parameters: uploaded },
	],
};
