import { type IDataObject, NodeApiError } from 'n8n-workflow';

import { downloadFile } from '../../shared/files/download';
import { type RangeDefaults, readDownloadSettings } from '../../shared/files/settings';
import { pathSegment } from '../../shared/http/addresses';
import { callApi } from '../../shared/http/client';
import { readBaseUrl } from '../../shared/http/credential';
import {
	confirmedBy,
	countOf,
	type JsonRecord,
	type ServiceContext,
	textOf,
} from '../../shared/http/service';
import { downloadOptions, outputField } from '../../shared/node/fields';
import { fileResult, type ItemContext, type Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
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

/** MiB. Off by default, because the free plan allows 100 requests per hour (Files App docs, Rate limits). */
const RANGES: RangeDefaults = { threshold: 64, partSize: 16, concurrency: 1 };

export const download: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download file',
	description: 'Download a file and its details',
	fields: [fileField, outputField],
	output: fileOutput,
	options: downloadOptions(RANGES, 'Each part counts as one request against your hourly limit.'),
	async execute(item) {
		const { functions, locator, option } = item;
		const id = locator('fileId');
		// Fetch the details first, because their size reveals a truncated download.
		const details = await fetchFileDetails(functions, id);
		const path = `/files/${pathSegment(functions, fileField.displayName, id)}?download=true`;
		const { binary, ...file } = await downloadFile(
			functions,
			{
				url: `${await readBaseUrl(functions, filesApp)}${path}`,
				name: optionalText(option('fileName')) ?? textOf(details.name),
				mimeType: textOf(details.mime_type),
				size: countOf(details.size),
			},
			{ ...readDownloadSettings(item, RANGES), host: filesApp, credential: filesApp.credential },
		);
		return fileResult(item, binary, details as IDataObject, file);
	},
};
