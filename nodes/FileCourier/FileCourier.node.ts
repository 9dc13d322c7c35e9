import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { nodeProperties, operationSubtitle, type Resource } from '../shared/node/operation';
import { runOperation } from '../shared/node/runOperation';
import { file } from './file/download';
import { fileCourierApiTest } from './service';
import { create } from './session/create';
import {
	requestAndWait,
	resumeWebhooks,
	resumeWithDelivery,
	waitingTooltip,
} from './session/requestAndWait';
import { cancel, get } from './session/session';

const session: Resource = {
	value: 'session',
	name: 'Session',
	operations: [cancel, create, get, requestAndWait],
	initial: create.value,
};

const resources = [session, file];

export class FileCourier implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FileCourier',
		name: 'fileCourier',
		icon: { light: 'file:fileCourier.svg', dark: 'file:fileCourier.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Request documents through an upload link and download what people send',
		builderHint: {
			searchHint:
				'Requests documents from a person, who gets an upload link by email. Session → Request and Wait pauses the workflow until the files arrive and outputs them. Session → Create does not wait: a FileCourier Trigger in another workflow, whose Production URL is the Callback URL, receives the files.',
		},
		defaults: { name: 'FileCourier' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fileCourierApi', required: true, testedBy: 'fileCourierApiTest' }],
		webhooks: resumeWebhooks,
		waitingNodeTooltip: waitingTooltip,
		properties: nodeProperties(resources),
	};

	methods = { credentialTest: { fileCourierApiTest } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation(this, resources);
	}

	/** Handles calls to the resume URL of an execution that waits in Request and Wait. */
	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resumeWithDelivery(this);
	}
}
