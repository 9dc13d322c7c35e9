import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FilesAppApi } from '../../credentials/FilesAppApi.credentials';
import { FilesApp } from '../../nodes/FilesApp/FilesApp.node';
import { itemWith } from './binary';
import { type NodeUnderTest, outputOf, runNode } from './engine';
import type { Sandbox } from './sandbox';

export function filesAppNode(
	sandbox: Sandbox,
	parameters: IDataObject,
	more: Partial<NodeUnderTest> = {},
): NodeUnderTest {
	return {
		node: new FilesApp(),
		credentialType: new FilesAppApi(),
		parameters,
		...more,
		credentials: { ...sandbox.info.services.filesApp.credentials, ...more.credentials },
	};
}

export const filesAppUpload = async (
	sandbox: Sandbox,
	input: INodeExecutionData[],
	parameters: IDataObject = {},
	more: Partial<NodeUnderTest> = {},
) =>
	await runNode(
		filesAppNode(
			sandbox,
			{ resource: 'file', operation: 'upload', ...parameters },
			{ input, ...more },
		),
	);

/** Puts a small file there and gives back its ID. */
export async function fileThere(
	sandbox: Sandbox,
	name = 'a.txt',
	bytes = Buffer.from('hello'),
	parameters: IDataObject = {},
): Promise<string> {
	const input = [await itemWith({ data: { name, bytes } })];
	return outputOf(await filesAppUpload(sandbox, input, parameters))[0].json.fileId as string;
}
