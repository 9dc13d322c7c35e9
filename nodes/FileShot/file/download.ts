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
import { fieldOf, isTrue, sizeOf, summaryOf } from '../describe';
import { fileHost, fileShot } from '../service';
import { fileField } from './getAll';
import { fetchFileInfo } from './get';

const STILL_ENCRYPTED =
	'This file was encrypted on the sender’s device (zero-knowledge) and is still encrypted. FileShot does not have the key. It is in the sender’s link, after the #.';

export const download: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download file',
	description: 'Download a file and its details. Zero-knowledge files remain encrypted.',
	fields: [fileField, outputField],
	options: [allowedHostsOption, fileNameOption, sha256Option, stallOption],
	async execute(item) {
		const { functions, locator, option } = item;
		const id = locator('fileId');
		// Fetch the details first, because their size reveals a truncated download.
		const { data, context } = await fetchFileInfo(item, id);
		let isCiphertext = isTrue(fieldOf(data, 'isZeroKnowledge'));
		const path = `/files/download/${pathSegment(functions, fileField.displayName, id)}`;
		const { binary, ...file } = await downloadFile(
			functions,
			{
				url: `${await readBaseUrl(functions, fileShot)}${path}`,
				name: optionalText(option('fileName')) ?? textOf(fieldOf(data, 'fileName')),
				mimeType: textOf(fieldOf(data, 'mimeType')),
				// The reported size of a zero-knowledge file may be the size before encryption.
				size: isCiphertext ? undefined : sizeOf(data),
			},
			{
				...readTransferSettings(item),
				host: fileHost,
				credential: fileShot.credential,
				onHeaders: (headers) => {
					isCiphertext ||= isTrue(headers['x-is-zero-knowledge']);
				},
			},
		);
		return fileResult(item, binary, {
			...summaryOf(data, context),
			...file,
			isCiphertext,
			...(isCiphertext && { notice: STILL_ENCRYPTED }),
		});
	},
};
