import {
	allowedHostsOption,
	fileNameOption,
	outputField,
	sha256Option,
	stallOption,
} from '../../shared/node/fields';
import { readBaseUrl } from '../../shared/http/credential';
import { pathSegment } from '../../shared/http/client';
import { fileResult, type Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { textOf } from '../../shared/http/service';
import { downloadFile } from '../../shared/files/download';
import { readTransferSettings } from '../../shared/files/settings';
import { describeFile, filesApp } from '../service';
import { fileField } from './getAll';
import { fetchFileDetails } from './get';

export const download: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download file',
	description: 'Download a file and its details',
	fields: [fileField, outputField],
	options: [allowedHostsOption, fileNameOption, sha256Option, stallOption],
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
				size: typeof details.size === 'number' ? details.size : undefined,
			},
			{ ...readTransferSettings(item), host: filesApp, credential: filesApp.credential },
		);
		return fileResult(item, binary, { ...describeFile(details), ...file });
	},
};
