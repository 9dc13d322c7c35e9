import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeProperties, operationSubtitle, type Resource } from '../shared/node/operation';
import { runOperation } from '../shared/node/runOperation';
import { change } from './change/getAll';
import { cleanUp } from './file/cleanUp';
import { deleteFile, download, get } from './file/file';
import { getAll, searchFiles } from './file/getAll';
import { upload } from './file/upload';
import { filesAppApiTest } from './service';
import { shareLink } from './shareLink/create';

const file: Resource = {
	value: 'file',
	name: 'File',
	operations: [cleanUp, deleteFile, download, get, getAll, upload],
	initial: upload.value,
};

const resources = [file, shareLink, change];

export class FilesApp implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Files App',
		name: 'filesApp',
		icon: { light: 'file:filesApp.svg', dark: 'file:filesApp.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Upload, download, list and share files in Files App, and get recent changes',
		builderHint: {
			searchHint:
				'Stores files. To share a file, use File → Upload and then Share Link → Create with its fileId.',
		},
		defaults: { name: 'Files App' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'filesAppApi', required: true, testedBy: 'filesAppApiTest' }],
		properties: nodeProperties(resources),
	};

	methods = { credentialTest: { filesAppApiTest }, listSearch: { searchFiles } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation(this, resources);
	}
}
