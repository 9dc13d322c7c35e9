import { serviceTime } from '../../shared/dates';
import { pathSegment } from '../../shared/http/client';
import { ANY_BODY, type JsonRecord } from '../../shared/http/service';
import type { ItemContext, Operation } from '../../shared/node/operation';
import {
	type DescribeContext,
	describeFile,
	FILE,
	fileDetails,
	fileIdOf,
	readLinkBase,
} from '../describe';
import { callWithFallback } from '../service';
import { fileField } from './getAll';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get file',
	description: 'Retrieve the name, size, expiry and link of a file, without its content',
	fields: [fileField],
	output: fileDetails,
	async execute(item) {
		const { data, context } = await fetchFileInfo(item, item.locator('fileId'));
		return describeFile(data, context);
	},
};

export interface FileInfo {
	data: JsonRecord;
	context: DescribeContext;
}

/** Fetches the details of a file. */
export async function fetchFileInfo(
	{ functions }: ItemContext,
	fileId: unknown,
): Promise<FileInfo> {
	const id = pathSegment(functions, fileField.displayName, fileId);
	const call = { method: 'GET', path: `/files/${id}`, expects: FILE } as const;
	const { body, headers } = await callWithFallback(functions, call, `/files/info/${id}`);
	const linkBase = await readLinkBase(functions);
	const data = fileIdOf(body) ? body : { ...body, fileId: String(fileId) };
	return { data, context: { linkBase, now: serviceTime(headers) } };
}

export const deleteFile: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete file',
	description: 'Delete a file and its link permanently',
	fields: [fileField],
	async execute(item) {
		const fileId = item.locator('fileId');
		await removeFile(item, fileId);
		return { json: { deleted: true, fileId } };
	},
};

export async function removeFile({ functions }: ItemContext, fileId: string): Promise<void> {
	const id = pathSegment(functions, fileField.displayName, fileId);
	// The docs do not show the response, which may be empty.
	const path = `/files/${id}`;
	const call = { method: 'DELETE', path, expects: ANY_BODY, allowEmpty: true } as const;
	await callWithFallback(functions, call, `/files/delete/${id}`);
}
