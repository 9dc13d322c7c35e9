import type { IDataObject } from 'n8n-workflow';

import { multipartForm } from '../../shared/files/multipartForm';
import { readTransferSettings } from '../../shared/files/settings';
import { type FileSource, readSourceFiles } from '../../shared/files/source';
import { compareWithService, type StreamStats } from '../../shared/files/streams';
import { inputFieldOf, uploadInOneRequest } from '../../shared/files/upload';
import { callApi } from '../../shared/http/client';
import { withItemIndex } from '../../shared/http/errors';
import { type JsonRecord, type ServiceContext, textOf } from '../../shared/http/service';
import {
	giveUpOption,
	onlyForSources,
	sha256Option,
	sourceFields,
	stallOption,
	urlSourceOptions,
} from '../../shared/node/fields';
import type { ItemContext, Operation } from '../../shared/node/operation';
import type { Field } from '../../shared/node/schema';
import { packageFiles, packageOutput, totalsOf } from '../describe';
import { FILE, PACKAGE, speedyFiles } from '../service';
import { packageField, packageIdOf, packagePath } from './fields';

/** The advice for a damaged file: the SpeedyFiles API can only delete whole packages. */
const DELETE_PACKAGE =
	'The package contains the damaged file. Delete the package and send it again.';

/**
 * Uploads files to a package one after the other, and adds each one to `uploaded` when its upload succeeds.
 * @throws NodeApiError, NodeOperationError of the first upload that fails
 */
export async function uploadFilesInto(
	item: ItemContext,
	packageId: string,
	files: FileSource[],
	uploaded: IDataObject[],
): Promise<void> {
	for (const file of files) uploaded.push(await uploadOne(item, packageId, file));
}

async function uploadOne(
	item: ItemContext,
	packageId: string,
	file: FileSource,
): Promise<IDataObject> {
	const { functions } = item;
	const path = packagePath(functions, packageId);
	const { fileName, mimeType, size } = file;
	const { body: stored, stats } = await uploadInOneRequest(
		item,
		speedyFiles,
		{ method: 'POST', path: `${path}/files`, expects: FILE },
		file,
		{
			...readTransferSettings(item),
			// SpeedyFiles' form parser (python-multipart) unescapes \" in file names, but not %22.
			form: multipartForm({}, { field: 'file', fileName, mimeType, size }, 'backslash'),
			findExisting: async (sent) => await findFile(functions, path, fileName, sent),
		},
	);
	const reported = { size: stored.size_bytes, sha256: stored.sha256 };
	compareWithService(functions.getNode(), fileName, stats, reported, DELETE_PACKAGE);
	const sha256 = textOf(stored.sha256) ?? stats.sha256;
	return { ...(stored as IDataObject), ...(sha256 && { sha256 }), ...inputFieldOf(file) };
}

/** Finds the uploaded file in the package by its name and SHA-256; without a SHA-256 no file counts as found. */
async function findFile(
	context: ServiceContext,
	path: string,
	fileName: string,
	{ sha256 }: StreamStats,
): Promise<JsonRecord | undefined> {
	if (!sha256) return undefined;
	const call = { method: 'GET', path, expects: PACKAGE } as const;
	const { body } = await callApi(context, speedyFiles, call);
	return packageFiles(body).find(
		(file) => file.original_name === fileName && file.sha256 === sha256,
	);
}

/** Describes in words which files are in the package. */
export function describeUploaded(total: number, uploaded: IDataObject[]): string {
	const names = uploaded.map(({ original_name: name, id }) => `“${textOf(name) ?? String(id)}”`);
	const count = `${uploaded.length} of ${total} files`;
	return names.length > 0 ? `${count} (${names.join(', ')})` : count;
}

/** The options for the transfer of the files. */
export const transferOptions: Field[] = [
	onlyForSources('url')(giveUpOption),
	sha256Option,
	stallOption,
	...urlSourceOptions,
];

export const uploadFile: Operation = {
	value: 'uploadFile',
	name: 'Upload File',
	action: 'Upload file to package',
	description: 'Upload one or more files to an outbound package',
	fields: [packageField, ...sourceFields()],
	output: { ...packageOutput, simple: undefined },
	options: transferOptions,
	async execute(item) {
		const { functions, itemIndex } = item;
		const id = packageIdOf(item);
		const files = await readSourceFiles(item, speedyFiles);
		const uploaded: IDataObject[] = [];
		try {
			await uploadFilesInto(item, id, files, uploaded);
		} catch (error) {
			const problem = withItemIndex(functions.getNode(), error, itemIndex);
			if (files.length > 1) {
				const summary = `In the package “${id}”: ${describeUploaded(files.length, uploaded)}.`;
				problem.description = `${problem.description ?? ''} ${summary}`.trim();
			}
			throw withItemIndex(functions.getNode(), problem, itemIndex);
		}
		return { json: { packageId: id, files: uploaded, ...totalsOf(uploaded) } };
	},
};
