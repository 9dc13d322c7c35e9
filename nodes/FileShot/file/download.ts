import { downloadOptions, outputField } from '../../shared/node/fields';
import { readBaseUrl } from '../../shared/http/credential';
import { pathSegment } from '../../shared/http/client';
import { fileResult, type Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { booleanOf, textOf } from '../../shared/http/service';
import { downloadFile } from '../../shared/files/download';
import { type RangeDefaults, readDownloadSettings } from '../../shared/files/settings';
import { toOutput } from '../../shared/node/output';
import { describeFile, fieldOf, fileDetails, fileOutput, flagOf, sizeOf } from '../describe';
import { fileHost, fileShot } from '../service';
import {
	decryptDownload,
	decryptionFields,
	type EncryptionReport,
	readDecryption,
	reportOf,
} from './decryption';
import { fileField } from './getAll';
import { fetchFileInfo } from './file';

/** MiB. Off by default, because a file may allow a limited number of downloads. */
const RANGES: RangeDefaults = { threshold: 64, partSize: 16, concurrency: 1 };

export const download: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download file',
	description: 'Download a file and its details, and decrypt it if it was encrypted end to end',
	fields: [fileField, ...decryptionFields, outputField],
	output: fileOutput,
	options: downloadOptions(RANGES, 'FileShot may count each part as a download.'),
	async execute(item) {
		const { functions, locator, option } = item;
		const id = locator('fileId');
		const decryption = await readDecryption(item);
		// Fetch the details first, because their size reveals a truncated download.
		const { data, context } = await fetchFileInfo(item, id);
		let isFlagged = flagOf(data, 'isZeroKnowledge') === true;
		let report: EncryptionReport | undefined;
		const path = `/files/download/${pathSegment(functions, fileField.displayName, id)}`;
		const ownName = optionalText(option('fileName'));
		const { binary, ...file } = await downloadFile(
			functions,
			{
				url: `${await readBaseUrl(functions, fileShot)}${path}`,
				name: ownName ?? textOf(fieldOf(data, 'fileName')),
				mimeType: textOf(fieldOf(data, 'mimeType')),
				// The reported size of a zero-knowledge file may be the size before encryption.
				size: isFlagged ? undefined : sizeOf(data),
			},
			{
				...readDownloadSettings(item, RANGES),
				host: fileHost,
				credential: fileShot.credential,
				onHeaders: (headers) => {
					isFlagged ||= booleanOf(headers['x-is-zero-knowledge']) === true;
				},
				transform: async (chunks, { size }) => {
					const decrypted = await decryptDownload(item, decryption, data, chunks, size);
					report = decrypted.report ?? reportOf(isFlagged);
					return { ...decrypted.file, name: ownName ?? decrypted.file.name };
				},
			},
		);
		const details = toOutput(fileDetails, describeFile(data, context));
		return fileResult(item, binary, details, { ...file, ...report });
	},
};
