import type {
	ICredentialType,
	IDataObject,
	INodeExecutionData,
	INodeType,
	IRun,
} from 'n8n-workflow';

import { itemWith } from './binary';
import { nodeOf, type NodeUnderTest, outputOf } from './engine';
import type { Sandbox } from './sandbox';

/**
 * A node with the credential of its service in the sandbox.
 * @param usual parameters that a test does not have to name
 */
export const serviceNode =
	(
		service: string,
		Node: new () => INodeType,
		Credential: new () => ICredentialType,
		usual: IDataObject = {},
	) =>
	(
		sandbox: Sandbox,
		parameters: IDataObject,
		more: Partial<NodeUnderTest> = {},
	): NodeUnderTest => ({
		node: nodeOf(Node),
		credentialType: new Credential(),
		parameters: { ...usual, ...parameters },
		...more,
		credentials: { ...sandbox.info.services[service].credentials, ...more.credentials },
	});

type Upload = (
	sandbox: Sandbox,
	input: INodeExecutionData[],
	parameters: IDataObject,
) => Promise<IRun>;

/** Puts a small file there and gives back its ID. */
export const fileThereBy =
	(upload: Upload) =>
	async (
		sandbox: Sandbox,
		name = 'a.txt',
		bytes = Buffer.from('hello'),
		parameters: IDataObject = {},
	): Promise<string> => {
		const input = [await itemWith({ data: { name, bytes } })];
		return outputOf(await upload(sandbox, input, parameters))[0].json.fileId as string;
	};
