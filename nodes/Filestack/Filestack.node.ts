import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeProperties, type Resource, runOperation } from '../shared/node/operation';
import { operationSubtitle } from '../shared/node/subtitle';
import { filestackApiTest } from './service';
import { archive } from './archive';
import { document } from './document';
import { file } from './file';
import { filestackOutput } from './handle';
import { image } from './image';
import { link } from './link';
import { policy } from './policy';
import { text } from './text';
import { video } from './video';
import { website } from './website';
import { workflow } from './workflow';

/** In the order of their use. */
const resources = [
	...[file, image, document, archive, video, website],
	...[text, workflow, link, policy],
].map((resource): Resource => ({ output: filestackOutput, ...resource }));

export class Filestack implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Filestack',
		name: 'filestack',
		icon: { light: 'file:filestack.svg', dark: 'file:filestack.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Store, download, convert and manage files in Filestack, and create signed links',
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
