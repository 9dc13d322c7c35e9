import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FileShotApi } from '../../credentials/FileShotApi.credentials';
import { FileShot } from '../../nodes/FileShot/FileShot.node';
import { type NodeUnderTest, runNode } from './engine';
import type { Sandbox } from './sandbox';
import { fileThereBy, serviceNode } from './serviceNode';

export const fileShotNode = serviceNode('fileShot', FileShot, FileShotApi, { resource: 'file' });

export const fileShotUpload = async (
	sandbox: Sandbox,
	input: INodeExecutionData[],
	parameters: IDataObject = {},
	more: Partial<NodeUnderTest> = {},
) =>
	await runNode(fileShotNode(sandbox, { operation: 'upload', ...parameters }, { input, ...more }));

/** Uploads a small file, and returns its ID. */
export const fileThere = fileThereBy(fileShotUpload);
