import { serviceTime } from '../../shared/dates';
import { downloadFile } from '../../shared/files/download';
import { type RangeDefaults, readDownloadSettings } from '../../shared/files/settings';
import { pathSegment } from '../../shared/http/addresses';
import { readBaseUrl } from '../../shared/http/credential';
import { ANY_BODY, booleanOf, type JsonRecord, textOf } from '../../shared/http/service';
import { downloadOptions, outputField } from '../../shared/node/fields';
import { fileResult, type ItemContext, type Operation } from '../../shared/node/operation';
import { toOutput } from '../../shared/node/output';
import { optionalText } from '../../shared/node/parameters';
import {
	type DescribeContext,
	describeFile,
	fieldOf,
	FILE,
	fileDetails,
	fileIdOf,
	fileOutput,
	flagOf,
	readLinkBase,
	sizeOf,
} from '../describe';
import { callWithFallback, fileHost, fileShot } from '../service';
import {
	decryptDownload,
	decryptionFields,
	type EncryptionReport,
	readDecryption,
	reportOf,
} from './decryption';
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
