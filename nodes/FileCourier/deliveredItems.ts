import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import { isoDate } from '../shared/dates';
import { textOf } from '../shared/http/service';
import type { Downloaded } from '../shared/files/download';
import type { FetchedFile } from '../shared/files/downloadAll';
import type { DeliveredFile, FileCourierDelivery } from './delivery';
import { sessionIdOf } from './service';

/**
 * Returns the items that a delivery starts an execution with.
 *
 * @param results the download results in the order of the delivery's files; undefined if downloads are turned off
 * @param field the file field of the first file; further files of the same item get the suffix `_1`, `_2` …
 */
export function toItems(
	delivery: FileCourierDelivery,
	results: readonly FetchedFile[] | undefined,
	{ perFile, field }: { perFile: boolean; field: string },
): INodeExecutionData[] {
	const { event, timestamp, data, files } = delivery;
	const common: IDataObject = {
		...(data as IDataObject),
		event,
		timestamp,
		sessionId: sessionIdOf(data),
		referenceId: textOf(data.reference_id),
		recipientEmail: textOf(data.recipient_email),
	};
	delete common.files; // replaced by the descriptions below
	const fieldOf = (index: number) => (index === 0 || perFile ? field : `${field}_${index}`);
	const downloaded = files.map((_, index) => results?.[index].file);
	const described = files.map((file, index) => ({
		...describe(file, downloaded[index], fieldOf(index)),
		...(results?.[index].reason ? { downloadError: results[index].reason } : {}),
	}));

	if (perFile && files.length > 0) {
		return files.map((_, index) => ({
			json: { ...common, file: described[index], fileIndex: index, fileCount: files.length },
			...binaryOf([[fieldOf(index), downloaded[index]]]),
		}));
	}
	return [
		{
			json: { ...common, files: described, fileCount: files.length },
			...binaryOf(files.map((_, index) => [fieldOf(index), downloaded[index]])),
		},
	];
}

function describe(
	file: DeliveredFile,
	downloaded: Downloaded | undefined,
	field: string,
): IDataObject {
	const described: IDataObject = { ...file, downloaded: downloaded !== undefined };
	const expiresAt = isoDate(file.expires_at);
	if (expiresAt) described.expiresAt = expiresAt;
	if (downloaded) described.binaryPropertyName = field;
	if (downloaded?.sha256) described.sha256 = downloaded.sha256;
	return described;
}

function binaryOf(
	fields: Array<[string, Downloaded | undefined]>,
): Pick<INodeExecutionData, 'binary'> {
	const binary: IBinaryKeyData = {};
	for (const [field, downloaded] of fields) if (downloaded) binary[field] = downloaded.binary;
	return Object.keys(binary).length > 0 ? { binary } : {};
}
