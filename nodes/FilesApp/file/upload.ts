import { type IDataObject, NodeOperationError } from 'n8n-workflow';

import { multipartForm } from '../../shared/files/multipartForm';
import {
	type PartDefaults,
	readPartSettings,
	type TransferSettings,
} from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import { compareWithService } from '../../shared/files/streams';
import { uploadEach, uploadInOneRequest } from '../../shared/files/upload';
import { booleanOf, type JsonRecord, textOf } from '../../shared/http/service';
import {
	partOptions,
	sha256Option,
	sourceFields,
	stallOption,
	uploadNameOption,
	urlSourceOptions,
} from '../../shared/node/fields';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { FILE, fileOutput, filesApp } from '../service';
import { folderField } from './getAll';
import { uploadInChunks, type UploadTarget } from './uploadInChunks';

/** MiB. The chunks in the docs' example have 5 MiB. The docs give no limit for a single request. */
const SIZES: PartDefaults = { threshold: 20, partSize: 5 };

export const upload: Operation = {
	value: 'upload',
	name: 'Upload',
	action: 'Upload file',
	description: 'Upload one or more files',
	output: fileOutput,
	fields: [
		...sourceFields(),
		{
			...folderField('The folder to upload to. Leave empty for the top level.'),
			hint: 'Files App may ignore the folder for large files that are uploaded in chunks',
		},
		{
			displayName: 'Encrypt',
			name: 'encrypt',
			type: 'boolean',
			default: true,
			description:
				'Whether to store the file encrypted. The upload fails if Files App reports that it is not, which may happen to large files that are uploaded in chunks.',
		},
	],
	options: [
		...partOptions('chunk', SIZES),
		sha256Option,
		stallOption,
		uploadNameOption,
		...urlSourceOptions,
	],
	async execute(item) {
		const { functions, parameter } = item;
		const settings = readPartSettings(item, SIZES);
		const target = {
			folderId: optionalText(parameter('folderId')),
			encrypt: parameter<boolean>('encrypt'),
		};
		return await uploadEach(
			item,
			filesApp,
			{ shape: fileOutput, idField: 'fileId' },
			async (file) => {
				// An empty file has no chunks.
				const inChunks = file.size > 0 && file.size >= settings.threshold;
				const { body, stats } = inChunks
					? await uploadInChunks(item, file, target, settings)
					: await uploadAsForm(item, file, target, settings);
				if (target.encrypt) requireEncryption(item, file, body);
				const { size, sha256 } = body;
				compareWithService(functions.getNode(), file.fileName, stats, { size, sha256 });
				const hash = stats.sha256 ? { sha256: stats.sha256 } : {};
				return { json: body as IDataObject, added: hash };
			},
		);
	},
};

/** @throws NodeOperationError if Files App reports that it has stored the file without encryption */
function requireEncryption(
	{ functions, itemIndex }: ItemContext,
	{ fileName }: FileSource,
	{ id, encrypted }: JsonRecord,
): void {
	if (booleanOf(encrypted) !== false) return;
	const message = `Files App stored “${fileName}” without encryption`;
	throw new NodeOperationError(functions.getNode(), message, {
		itemIndex,
		description: `Its ID is ${textOf(id) ?? 'unknown'}. Delete the file, and check whether your plan includes encryption. If the file was uploaded in chunks, increase “Split Files Larger Than (MiB)” under Options to upload it in one request.`,
	});
}

async function uploadAsForm(
	item: ItemContext,
	file: FileSource,
	{ folderId, encrypt }: UploadTarget,
	settings: TransferSettings,
) {
	const fields = { ...(folderId && { folder_id: folderId }), encrypt: String(encrypt) };
	const form = multipartForm(fields, { ...file, field: 'file' });
	const call = { method: 'POST', path: '/upload', expects: FILE } as const;
	return await uploadInOneRequest(item, filesApp, call, file, { ...settings, form });
}
