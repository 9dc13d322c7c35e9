import { type IDataObject, NodeApiError } from 'n8n-workflow';

import { callApi, pathSegment } from '../../shared/http/client';
import { confirmedBy, type JsonRecord, type ServiceContext } from '../../shared/http/service';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { FILE, fileOutput, filesApp } from '../service';
import { fileField } from './getAll';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get file',
	description: 'Retrieve the name, size, type and dates of a file, without its content',
	fields: [fileField],
	output: fileOutput,
	async execute(item) {
		const details = await fetchFileDetails(item.functions, item.locator('fileId'));
		return { json: details as IDataObject };
	},
};

export async function fetchFileDetails(context: ServiceContext, id: unknown): Promise<JsonRecord> {
	const path = `/files/${pathSegment(context, fileField.displayName, id)}`;
	const call = { method: 'GET', path, expects: FILE } as const;
	return (await callApi(context, filesApp, call)).body;
}

/** Fetches the details of a file; null if it no longer exists. */
export async function fetchFileIfExists(
	context: ServiceContext,
	id: unknown,
): Promise<IDataObject | null> {
	return await fetchFileDetails(context, id).then(
		(details) => details as IDataObject,
		(error: unknown) => {
			if (error instanceof NodeApiError && error.httpCode === '404') return null;
			throw error;
		},
	);
}

export const deleteFile: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete file',
	description: 'Delete a file permanently',
	fields: [fileField],
	async execute(item) {
		const fileId = item.locator('fileId');
		await removeFile(item, fileId);
		return { json: { deleted: true, fileId } };
	},
};

export async function removeFile({ functions }: ItemContext, fileId: string): Promise<void> {
	await callApi(functions, filesApp, {
		method: 'DELETE',
		path: `/files/${pathSegment(functions, fileField.displayName, fileId)}`,
		expects: confirmedBy('the deletion', 'deleted'),
		allowEmpty: true,
		unknownResultHint:
			'Files App may have deleted the file anyway. Use Get to check whether it still exists.',
	});
}
