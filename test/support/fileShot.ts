import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FileShotApi } from '../../credentials/FileShotApi.credentials';
import { FileShot } from '../../nodes/FileShot/FileShot.node';
import { itemWith } from './binary';
import { type NodeUnderTest, outputOf, runNode } from './engine';
import type { Sandbox } from './sandbox';

export function fileShotNode(
	sandbox: Sandbox,
	parameters: IDataObject,
	more: Partial<NodeUnderTest> = {},
): NodeUnderTest {
	return {
		node: new FileShot(),
		credentialType: new FileShotApi(),
		parameters: { resource: 'file', ...parameters },
		...more,
		credentials: { ...sandbox.info.services.fileShot.credentials, ...more.credentials },
	};
}

export const fileShotUpload = async (
	sandbox: Sandbox,
	input: INodeExecutionData[],
	parameters: IDataObject = {},
	more: Partial<NodeUnderTest> = {},
) =>
	await runNode(fileShotNode(sandbox, { operation: 'upload', ...parameters }, { input, ...more }));

/** Puts a small file there and gives back its ID. */
export async function fileThere(
	sandbox: Sandbox,
	name = 'a.txt',
	bytes = Buffer.from('hello'),
	parameters: IDataObject = {},
): Promise<string> {
	const input = [await itemWith({ data: { name, bytes } })];
	return outputOf(await fileShotUpload(sandbox, input, parameters))[0].json.fileId as string;
}
