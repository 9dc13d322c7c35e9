import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeProperties, operationSubtitle, type Resource } from '../shared/node/operation';
import { runOperation } from '../shared/node/runOperation';
import { fileShotApiTest } from './credentialTest';
import { cleanUp } from './file/cleanUp';
import { deleteFile, download, get } from './file/file';
import { getAll, searchFiles } from './file/getAll';
import { upload } from './file/upload';

const file: Resource = {
	value: 'file',
	name: 'File',
	operations: [cleanUp, deleteFile, download, get, getAll, upload],
	initial: upload.value,
};

const resources = [file];

export class FileShot implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FileShot',
		name: 'fileShot',
		icon: { light: 'file:fileShot.svg', dark: 'file:fileShot.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Upload files to FileShot and share them with links that expire',
		builderHint: {
			searchHint:
				'Uploads files and returns a download link for each, with an optional expiry, password or end-to-end encryption. FileShot sends no email: pass the link on with another node.',
		},
		defaults: { name: 'FileShot' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fileShotApi', required: true, testedBy: 'fileShotApiTest' }],
		properties: nodeProperties(resources),
	};

	methods = { credentialTest: { fileShotApiTest }, listSearch: { searchFiles } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation(this, resources);
	}
}
