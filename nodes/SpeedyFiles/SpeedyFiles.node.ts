import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeProperties, operationSubtitle, type Resource } from '../shared/node/operation';
import { runOperation } from '../shared/node/runOperation';
import { file } from './file';
import {
	searchActive,
	searchFiles,
	searchFinalizable,
	searchPackages,
	searchTokens,
} from './listSearch';
import { cleanUp } from './package/cleanUp';
import { create } from './package/create';
import { getAll } from './package/getAll';
import { deletePackage, finalize, get, revoke } from './package/package';
import { send } from './package/send';
import { uploadFile } from './package/upload';
import { account, instance, speedyFilesApiTest } from './service';
import { token } from './token';

const packageResource: Resource = {
	value: 'package',
	name: 'Package',
	operations: [cleanUp, create, deletePackage, finalize, get, getAll, revoke, send, uploadFile],
	initial: send.value,
};

const resources = [packageResource, file, token, account, instance];

export class SpeedyFiles implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SpeedyFiles',
		name: 'speedyFiles',
		icon: { light: 'file:speedyFiles.svg', dark: 'file:speedyFiles.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Send files with a magic link from your own SpeedyFiles server',
		builderHint: {
			searchHint:
				'Package → Send is the usual operation: it creates a package, uploads the files of the input and emails the magic link to the recipient. Turn on All Items in One Package to send several items in one email. Create, Upload File and Finalize do the same in three steps.',
		},
		defaults: { name: 'SpeedyFiles' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'speedyFilesApi', required: true, testedBy: 'speedyFilesApiTest' }],
		properties: nodeProperties(resources),
	};

	methods = {
		credentialTest: { speedyFilesApiTest },
		listSearch: { searchActive, searchFiles, searchFinalizable, searchPackages, searchTokens },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation(this, resources);
	}
}
