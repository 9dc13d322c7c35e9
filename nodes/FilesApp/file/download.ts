import type { IDataObject } from 'n8n-workflow';

import { downloadOptions, outputField } from '../../shared/node/fields';
import { readBaseUrl } from '../../shared/http/credential';
import { pathSegment } from '../../shared/http/client';
import { fileResult, type Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { countOf, textOf } from '../../shared/http/service';
import { downloadFile } from '../../shared/files/download';
import { type RangeDefaults, readDownloadSettings } from '../../shared/files/settings';
import { fileOutput, filesApp } from '../service';
import { fileField } from './getAll';
import { fetchFileDetails } from './file';

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
