import type { IBinaryData, IExecuteFunctions, INode } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { setbackOf } from '../http';
import type { ItemContext } from '../operation';
import type { FileReference } from '../schema';
import { isJsonObject } from '../service';
import { safeFileName } from './fileName';
import { safeMediaType } from './form';
import type { ByteStream } from './measured';

/** Bytes that are asked of n8n's storage at once: Node's usual 64 KiB were a fifth slower, 1 MiB no faster. */
const READ_SIZE = 256 * 1024;

/** A file of the workflow that is to be sent somewhere. It can be opened again for another attempt. */
export interface FileSource {
	/** The binary field that it comes from. */
	field: string;
	fileName: string;
	mimeType: string;
	/** Bytes, exact. */
	size: number;
	/** A stream where n8n has stored the file; the bytes themselves where n8n holds them in memory. */
	open(): Promise<Buffer | ByteStream>;
}

/**
 * The files that the user names: by the names of their fields, by `*` for all files of the item, or by n8n's objects that
 * describe a file. A file that is named twice comes once.
 * @param wanted what a field with `takes: 'files'` holds
 * @throws NodeOperationError that names the field which is not there
 */
export async function filesOf(item: ItemContext, wanted: FileReference[]): Promise<FileSource[]> {
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

/** The files of the item; in n8n's combined mode they are below `_files` in its JSON. */
function filesIn({ functions, itemIndex }: ItemContext): StoredFile[] {
	const { binary = {}, json } = functions.getInputData()[itemIndex];
	const isCombined = functions.getWorkflowSettings?.().binaryMode === 'combined';
	const combined = isCombined && isJsonObject(json._files) ? json._files : {};
	const all = { ...(combined as Record<string, IBinaryData>), ...binary };
	return Object.entries(all).map(([field, one]) => ({ field, binary: one }));
}

function storedFile(item: ItemContext, wanted: FileReference): StoredFile {
	const there = filesIn(item);
	if (typeof wanted === 'string') {
		const found = there.find(({ field }) => field === wanted);
		if (found) return found;
		// n8n's own error names the field and the item. In its combined mode it also takes a path in the JSON.
		const binary = item.functions.helpers.assertBinaryData(item.itemIndex, wanted);
		if (typeof binary.mimeType === 'string') return { field: wanted, binary };
		throw noFile(item, wanted, 'Check the field name.');
	}
	if (wanted.id || wanted.data) {
		const same = there.find(({ binary: { id, data } }) =>
			wanted.id ? id === wanted.id : data === wanted.data,
		);
		return same ?? { field: wanted.fileName ?? 'data', binary: wanted };
	}
	// An expression leaves out the bytes of a file that n8n holds in memory: the rest must tell which one is meant.
	const [found, ...others] = there.filter(({ binary }) => isDescribedBy(wanted, binary));
	if (found && others.length === 0) return found;
	const { fileName = 'data' } = wanted;
	throw noFile(
		item,
		fileName,
		'n8n keeps the file in memory and only passes it on with its item. Enter the field name instead.',
		found && 'several files',
	);
}

/** Whether a file has all that an object says of it. */
const isDescribedBy = (wanted: IBinaryData, binary: IBinaryData): boolean =>
	(Object.keys(wanted) as Array<keyof IBinaryData>).every(
		(key) => key === 'data' || wanted[key] === binary[key],
	);

const noFile = (
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
	const described = {
		field,
		fileName: safeFileName(binary.fileName ?? field),
		mimeType: safeMediaType(binary.mimeType),
	};
	if (!id) {
		const bytes = Buffer.from(binary.data, 'base64');
		return { ...described, size: bytes.length, open: () => Promise.resolve(bytes) };
	}
	const open = async () => await functions.helpers.getBinaryStream(id, READ_SIZE);
	return { ...described, size: await sizeOf(functions, binary, open), open };
}

/** From n8n's note of the file; a file without one is read through once and counted. */
async function sizeOf(
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
 * What there is to say when n8n's storage stops in the middle of a file.
 * @param read bytes that have come out of it
 */
export function brokenOff(
	node: INode,
	{ fileName, size }: FileSource,
	read: number,
	fault: unknown,
) {
	const { reason } = setbackOf(fault);
	const message = `n8n’s binary storage returned only ${read} of ${size} bytes of “${fileName}”`;
	const description = `Reason: ${reason ?? 'unknown'}. Run the node again. If this keeps happening, check the n8n log.`;
	return new NodeOperationError(node, message, { description });
}

/**
 * What there is to say of a stored file that is not as long as n8n has noted.
 * @param read bytes that have come out of it
 */
export function wrongLength(node: INode, { fileName, size }: FileSource, read: number) {
	const message =
		read > size
			? `“${fileName}” is larger than the ${size} bytes reported by n8n’s binary storage`
			: `“${fileName}” is ${read} bytes, but n8n’s binary storage reports ${size}`;
	const description = 'The stored file is damaged. Run the node that created it again.';
	return new NodeOperationError(node, message, { description });
}
