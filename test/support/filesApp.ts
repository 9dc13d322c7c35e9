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

/**
 * Uploads files of 0, 1, 2 … bytes with the names “file 000.txt”, “file 001.txt” …, the first three of them to the folder
 * “folder_1”, and returns their IDs.
 */
export async function uploadFiles({ info, control }: Sandbox, count: number): Promise<string[]> {
	await control.patch('/services/filesApp/settings', { plan: 'team' });
	const { baseUrl, apiKey } = info.services.filesApp.credentials;
	const headers = { Authorization: `Bearer ${apiKey}` };
	const ids: string[] = [];
	for (let n = 0; n < count; n++) {
		// Timestamps are in seconds, so a page of 200 must contain all changes of one second, even on a fast machine.
		if (n === 100) await control.post('/clock', { advance: 1 });
		const form = new FormData();
		form.append('file', new Blob(['x'.repeat(n)]), `file ${String(n).padStart(3, '0')}.txt`);
		if (n < 3) form.append('folder_id', 'folder_1');
		const { data } = await control.post<{ id: string }>(`${baseUrl}/upload`, form, { headers });
		ids.push(data.id);
	}
	return ids;
}
