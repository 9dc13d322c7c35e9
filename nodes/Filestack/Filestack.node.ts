import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeProperties, runOperation } from '../shared/node/operation';
import { operationSubtitle } from '../shared/node/subtitle';
import { filestackApiTest } from './service';
import { file } from './file';
import { link } from './link';
import { policy } from './policy';

const resources = [file, link, policy];

export class Filestack implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Filestack',
		name: 'filestack',
		icon: { light: 'file:filestack.svg', dark: 'file:filestack.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Store, download and manage files in Filestack, and create signed links',
		defaults: { name: 'Filestack' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'filestackApi', required: true, testedBy: 'filestackApiTest' }],
		properties: nodeProperties(resources),
	};

	methods = { credentialTest: { filestackApiTest } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation(this, resources);
	}
}
