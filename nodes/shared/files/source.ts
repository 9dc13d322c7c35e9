import {
	type IBinaryData,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	NodeOperationError,
} from 'n8n-workflow';

import { readTrustedUrl } from '../http/credential';
import { toRequestFailure } from '../http/retry';
import { type ByteStream, isJsonObject, type Service, textOf } from '../http/service';
import { inputField, urlField } from '../node/fields';
import type { ItemContext } from '../node/operation';
import { requireHttpUrl } from '../node/parameters';
import type { FileReference } from '../node/schema';
import { describeRemote, openFile } from './download';
import { safeFileName, UNKNOWN_TYPE } from './fileName';
import { safeMediaType } from './multipartForm';
import type { RemoteBody } from './remoteBody';
import { checkMaxSize, readDownloadSettings } from './settings';
import { streamFrom } from './streams';

/** Bytes per read from n8n's storage: Node's default of 64 KiB is a fifth slower, 1 MiB no faster. As many as an encrypted chunk has. */
const READ_SIZE = 512 * 1024;

/** A file of the workflow to be uploaded. It can be reopened for a retry. */
export interface FileSource {
	/** The file field that contains it; undefined for a file from a URL. */
	field?: string;
	/** Its ID in n8n's storage, if it is stored there. */
	storageId?: string;
	fileName: string;
	mimeType: string;
	/** Bytes, exact. */
	size: number;
	/** A stream if n8n has stored the file; a buffer if n8n holds it in memory. */
	open(): Promise<Buffer | ByteStream>;
	/** For a file that is read from a URL: why reading failed, once it has. Such a file has its own stall timeout. */
	readFailure?(): Error | undefined;
}

/**
 * Returns the files that the user selected: by field name, by `*` for all files of the item, or by n8n objects that
 * describe a file. Duplicates are removed.
 * @param wanted the value of a field with `takes: 'files'`
 * @throws NodeOperationError that names the missing field
 */
async function readFiles(item: ItemContext, wanted: FileReference[]): Promise<FileSource[]> {
	const stored = wanted.flatMap((one) => (one === '*' ? filesIn(item) : [storedFile(item, one)]));
	if (stored.length === 0) {
		throw new NodeOperationError(item.functions.getNode(), 'No file found in the input', {
			itemIndex: item.itemIndex,
			description:
				'Connect a node that outputs a file, such as Read/Write Files from Disk or HTTP Request.',
		});
	}
	const isFirst = ({ binary, field }: StoredFile, index: number) =>
		stored.findIndex((other) =>
			binary.id ? other.binary.id === binary.id : other.field === field,
		) === index;
	return await Promise.all(stored.filter(isFirst).map((one) => sourceOf(item, one)));
}

interface StoredFile {
	field: string;
	binary: IBinaryData;
}

/** Returns what an output item needs to pass on the files of its input item. */
export function passFiles({
	functions,
	itemIndex,
}: ItemContext): Pick<INodeExecutionData, 'json' | 'binary'> {
	const { binary, json } = functions.getInputData()[itemIndex];
	const _files = isCombined(functions) ? (json._files as IDataObject | undefined) : undefined;
	return { json: { ...(_files && { _files }) }, ...(binary && { binary }) };
}

const isCombined = (functions: IExecuteFunctions): boolean =>
	functions.getWorkflowSettings?.().binaryMode === 'combined';

/** Returns the files of the item; in n8n's combined mode these are in `_files` of its JSON. */
function filesIn({ functions, itemIndex }: ItemContext): StoredFile[] {
	const { binary = {}, json } = functions.getInputData()[itemIndex];
	const combined = isCombined(functions) && isJsonObject(json._files) ? json._files : {};
	const all = { ...(combined as Record<string, IBinaryData>), ...binary };
	return Object.entries(all).map(([field, one]) => ({ field, binary: one }));
}

function storedFile(item: ItemContext, wanted: FileReference): StoredFile {
	const available = filesIn(item);
	if (typeof wanted === 'string') {
		const found = available.find(({ field }) => field === wanted);
		if (found) return found;
		// n8n's own error names the field and the item. In combined mode it also accepts a path into the JSON.
		const binary = item.functions.helpers.assertBinaryData(item.itemIndex, wanted);
		if (typeof binary.mimeType === 'string') return { field: wanted, binary };
		throw noFileError(item, wanted, 'Check the field name.');
	}
	if (wanted.id || wanted.data) {
		const same = available.find(({ binary: { id, data } }) =>
			wanted.id ? id === wanted.id : data === wanted.data,
		);
		return same ?? { field: wanted.fileName ?? 'data', binary: wanted };
	}
	// An expression omits the bytes of a file that n8n holds in memory, so its other properties must identify the file.
	const [found, ...others] = available.filter(({ binary }) => matches(wanted, binary));
	if (found && others.length === 0) return found;
	const { fileName = 'data' } = wanted;
	throw noFileError(
		item,
		fileName,
		'n8n keeps the file in memory and only passes it on with its item. Enter the field name instead.',
		found && 'several files',
	);
}

/** Whether a file matches every property of the given object. */
const matches = (wanted: IBinaryData, binary: IBinaryData): boolean =>
	(Object.keys(wanted) as Array<keyof IBinaryData>).every(
		(key) => key === 'data' || wanted[key] === binary[key],
	);

const noFileError = (
	{ functions, itemIndex }: ItemContext,
	field: string,
	description: string,
	found = 'no file',
) =>
	new NodeOperationError(functions.getNode(), `The input item has ${found} “${field}”`, {
		itemIndex,
		description,
	});

async function sourceOf(
	{ functions }: ItemContext,
	{ field, binary }: StoredFile,
): Promise<FileSource> {
	const { id } = binary;
	const metadata = {
		field,
		storageId: id,
		fileName: safeFileName(binary.fileName ?? field),
		mimeType: safeMediaType(binary.mimeType),
	};
	if (!id) {
		const bytes = Buffer.from(binary.data, 'base64');
		return { ...metadata, size: bytes.length, open: () => Promise.resolve(bytes) };
	}
	const open = async () => await functions.helpers.getBinaryStream(id, READ_SIZE);
	return { ...metadata, size: await readSize(functions, binary, open), open };
}

/** Returns the size that n8n recorded; a file without one is read once and counted. */
async function readSize(
	functions: IExecuteFunctions,
	{ id }: IBinaryData,
	open: () => Promise<ByteStream>,
): Promise<number> {
	const { fileSize } = await functions.helpers.getBinaryMetadata(id!);
	if (Number.isSafeInteger(fileSize)) return fileSize;
	let size = 0;
	for await (const chunk of await open()) size += (chunk as Buffer).length;
	return size;
}

/**
 * The error for a failure of n8n's storage, or of the host, while a file is read.
 * @param read bytes read before the failure
 */
export function sourceReadError(
	node: INode,
	{ fileName, size, readFailure }: FileSource,
	read: number,
	failure: unknown,
): Error {
	const hostError = readFailure?.();
	if (hostError) return hostError;
	const { reason } = toRequestFailure(failure);
	const message = `n8n’s binary storage returned only ${read} of ${size} bytes of “${fileName}”`;
	const description = `Reason: ${reason ?? 'unknown'}. Run the node again. If this keeps happening, check the n8n log.`;
	return new NodeOperationError(node, message, { description });
}

/**
 * The error for a file whose size differs from the size that n8n recorded, or that the host announced.
 * @param read bytes read
 */
export function sizeMismatchError(
	node: INode,
	{ fileName, size, readFailure }: FileSource,
	read: number,
) {
	const reporter = readFailure ? 'its host' : 'n8n’s binary storage';
	const message =
		read > size
			? `“${fileName}” is larger than the ${size} bytes reported by ${reporter}`
			: `“${fileName}” is ${read} bytes, but ${reporter} reports ${size}`;
	const description = readFailure
		? 'The host may have compressed the file. Download it first, for example with the HTTP Request node, and set File Source to Workflow File.'
		: 'The stored file is damaged. Run the node that created it again.';
	return new SizeMismatchError(node, message, { description });
}

/** The size of a file differs from the size that n8n or its host reports. */
export class SizeMismatchError extends NodeOperationError {}

/** The host of a URL that the user entered. Its errors are not those of the service that receives the file. */
const sourceHost: Service = {
	name: 'The source host',
	credential: '',
	secretFields: {},
	errorMessage: (body) => textOf(body),
	advice: {
		401: 'The URL requires a login. n8n requests it without credentials.',
		403: 'The host does not allow n8n to download the file. A presigned URL may have expired.',
		404: 'The file does not exist. Check the URL.',
		410: 'The file no longer exists. Check the URL.',
	},
};

/**
 * Returns the files that an upload sends, from the source that the user selected: the fields of the item, or a URL.
 * @param service the receiver; a file may come from its own network, for example from an intranet
 * @throws NodeOperationError, NodeApiError for a missing field, an invalid URL, and a file that the host does not provide
 */
export async function readSourceFiles(item: ItemContext, service: Service): Promise<FileSource[]> {
	const { parameter } = item;
	const isUrl = (parameter<string>('source') ?? 'binary') !== 'binary';
	return isUrl
		? [await openUrlSource(item, service)]
		: await readFiles(item, parameter(inputField.name));
}

/**
 * Requests the file at a URL. Its bytes are passed on to the service as they arrive, and are never stored. The response is
 * used for the first attempt of the upload; a further one requests the file again.
 */
async function openUrlSource(item: ItemContext, service: Service): Promise<FileSource> {
	const { functions, parameter } = item;
	const url = requireHttpUrl(item, urlField.displayName, parameter(urlField.name));
	const settings = readDownloadSettings(item);
	const trustedUrl = await readTrustedUrl(functions, service);
	// An expression or an AI agent may have filled in the URL. Only the user can enter Allowed Hosts.
	const options = { ...settings, host: sourceHost, trustedUrl, trustsAllowedHosts: true };
	let remote: RemoteBody = await openFile(functions, url, options);
	item.onEnd(() => remote.close());
	const { fileName, mimeType } = await describeRemote(remote, { url });
	const { size } = remote;
	if (size === undefined) throw unknownSizeError(item, fileName);
	checkMaxSize(functions, fileName, size, settings.maxSize);

	let isRead = false;
	const open = async () => {
		if (isRead) remote = await openFile(functions, url, options);
		isRead = true;
		const current = remote;
		const stream = streamFrom(current.read());
		return stream.once('close', () => current.close());
	};
	const readFailure = () => remote.failure?.error ?? stoppedError(item, settings.cancel);
	return { fileName, mimeType: mimeType ?? UNKNOWN_TYPE, size, open, readFailure };
}

/** The failure of a source whose reading the user has stopped; the host is not at fault. */
const stoppedError = ({ functions, itemIndex }: ItemContext, cancel?: AbortSignal) =>
	cancel?.aborted
		? new NodeOperationError(functions.getNode(), 'The execution was stopped', { itemIndex })
		: undefined;

/** Every service must know the size of a file before the upload starts. */
const unknownSizeError = ({ functions, itemIndex }: ItemContext, fileName: string) =>
	new NodeOperationError(
		functions.getNode(),
		`The source host does not report the size of “${fileName}”`,
		{
			itemIndex,
			description:
				'The size must be known before the upload starts. Download the file first, for example with the HTTP Request node, and set File Source to Workflow File.',
		},
	);
