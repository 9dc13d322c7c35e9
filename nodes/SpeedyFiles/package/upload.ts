import type { IDataObject } from 'n8n-workflow';

import { callApi } from '../../shared/http';
import type { ItemContext } from '../../shared/operation';
import { type Json, type ServiceContext, textOf } from '../../shared/service';
import { compareWithService } from '../../shared/transfer/compare';
import { multipartForm } from '../../shared/transfer/form';
import type { Measure } from '../../shared/transfer/measured';
import { transferSettings } from '../../shared/transfer/settings';
import type { FileSource } from '../../shared/transfer/source';
import { uploadWhole } from '../../shared/transfer/upload';
import { describeFile, filesIn } from '../describe';
import { FILE, PACKAGE, speedyFiles } from '../service';
import { packagePath } from './fields';

/** SpeedyFiles deletes packages, not single files. */
const DIFFERENCE = 'The package contains the damaged file. Delete the package and send it again.';

/**
 * Uploads files into a package, one after the other, and adds each to `arrived` as soon as it is there.
 * @throws NodeApiError, NodeOperationError of the first that fails
 */
export async function uploadInto(
	item: ItemContext,
	packageId: string,
	files: FileSource[],
	arrived: IDataObject[],
): Promise<void> {
	for (const file of files) arrived.push(await uploadOne(item, packageId, file));
}

async function uploadOne(
	item: ItemContext,
	packageId: string,
	file: FileSource,
): Promise<IDataObject> {
	const { functions } = item;
	const path = packagePath(functions, packageId);
	const { field, fileName, mimeType, size } = file;
	const { body: stored, measure } = await uploadWhole(
		item,
		speedyFiles,
		{ method: 'POST', path: `${path}/files`, needs: FILE },
		file,
		{
			...transferSettings(item),
			// Its form parser knows quotes behind backslashes, and keeps %22 as it is (python-multipart).
			form: multipartForm({}, { field: 'file', fileName, mimeType, size }, 'backslash'),
			find: async (sent) => await findFile(functions, path, fileName, sent),
		},
	);
	const reported = { size: stored.size_bytes, sha256: stored.sha256 };
	compareWithService(functions.getNode(), fileName, measure, reported, DIFFERENCE);
	const sha256 = textOf(stored.sha256) ?? measure.sha256;
	return { ...describeFile(stored), ...(sha256 && { sha256 }), binaryPropertyName: field };
}

/** A file of the package with that name and those very bytes; without a SHA-256 nothing is sure. */
async function findFile(
	context: ServiceContext,
	path: string,
	fileName: string,
	{ sha256 }: Measure,
): Promise<Json | undefined> {
	if (!sha256) return undefined;
	const call = { method: 'GET', path, needs: PACKAGE } as const;
	const { body } = await callApi(context, speedyFiles, call);
	return filesIn(body).find((file) => file.original_name === fileName && file.sha256 === sha256);
}

/** Which of the files are in the package, in words. */
export function progressOf(files: FileSource[], arrived: IDataObject[]): string {
	const names = arrived.map(({ original_name: name, id }) => `“${textOf(name) ?? String(id)}”`);
	const there = `${arrived.length} of ${files.length} files`;
	return names.length > 0 ? `${there} (${names.join(', ')})` : there;
}
