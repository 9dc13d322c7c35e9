import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FilesAppApi } from '../../credentials/FilesAppApi.credentials';
import { FilesApp } from '../../nodes/FilesApp/FilesApp.node';
import { type NodeUnderTest, runNode } from './engine';
import type { Sandbox } from './sandbox';
import { fileThereBy, serviceNode } from './serviceNode';

export const filesAppNode = serviceNode('filesApp', FilesApp, FilesAppApi);

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
export const fileThere = fileThereBy(filesAppUpload);
