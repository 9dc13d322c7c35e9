import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeProperties, operationSubtitle, type Resource } from '../shared/node/operation';
import { runOperation } from '../shared/node/runOperation';
import { archive } from './archive';
import { document } from './document';
import { analyze } from './file/analyze';
import { download } from './file/download';
import { getHashes, getMetadata, getStorage } from './file/metadata';
import { overwrite } from './file/overwrite';
import { remove } from './file/remove';
import { store } from './file/store';
import { filestackOutput } from './handle';
import { image } from './image/image';
import { link } from './link';
import { policy } from './policy';
import { filestackApiTest } from './service';
import { text } from './text';
import { video } from './video';
import { website } from './website';
import { workflow } from './workflow';

const file: Resource = {
	value: 'file',
	name: 'File',
	operations: [analyze, remove, download, getHashes, getMetadata, getStorage, overwrite, store],
	initial: store.value,
};

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
		builderHint: {
			searchHint:
				'File → Store stores a file and returns its handle, which all other operations use. Image, Document, Video and Archive operations process a stored file or a URL; Output selects a link, a file of the workflow or a new stored file.',
		},
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
