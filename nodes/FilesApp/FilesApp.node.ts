import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeProperties } from '../shared/node/operation';
import { runOperation } from '../shared/node/runOperation';
import { operationSubtitle } from '../shared/node/subtitle';
import { change } from './change/getAll';
import { file } from './file';
import { searchFiles } from './file/getAll';
import { filesAppApiTest } from './service';
import { shareLink } from './shareLink/create';

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
