import type { IBinaryData, IExecuteFunctions, INode } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { setbackOf } from '../http';
import type { ItemContext } from '../operation';
import { safeFileName } from './fileName';
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
 * The files in the binary fields that the user names: one, several separated by commas, or `*` for all of the item.
 * @throws NodeOperationError that names the field which is not there
 */
export async function filesOf(
	{ functions, itemIndex }: ItemContext,
	fields: string,
): Promise<FileSource[]> {
	const { binary = {} } = functions.getInputData()[itemIndex];
	const wanted =
		fields.trim() === '*' ? Object.keys(binary) : fields.split(',').map((name) => name.trim());
	const named = wanted.filter(Boolean);
	if (named.length === 0) {
		throw new NodeOperationError(functions.getNode(), 'There is no file to send', {
			itemIndex,
			description:
				'The item has no binary field. Connect a node that puts out a file, such as Read/Write Files from Disk or HTTP Request.',
		});
	}
	return await Promise.all(named.map((field) => fileOf(functions, itemIndex, field)));
}

async function fileOf(
	functions: IExecuteFunctions,
	itemIndex: number,
	field: string,
): Promise<FileSource> {
	// n8n's own error names the field and the item.
	const binary = functions.helpers.assertBinaryData(itemIndex, field);
	const { id } = binary;
	const described = {
		field,
		fileName: safeFileName(binary.fileName ?? field),
		mimeType: binary.mimeType || 'application/octet-stream',
	};
	if (!id) {
		const bytes = await functions.helpers.getBinaryDataBuffer(itemIndex, field);
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
	const message = `n8n’s binary storage broke off after ${read} of the ${size} bytes of “${fileName}”`;
	const description = `It says: ${reason ?? 'no reason'}. Run the node again; if that happens each time, look into n8n’s log.`;
	return new NodeOperationError(node, message, { description });
}

/**
 * What there is to say of a stored file that is not as long as n8n has noted.
 * @param read bytes that have come out of it
 */
export function wrongLength(node: INode, { fileName, size }: FileSource, read: number) {
	const message =
		read > size
			? `The file “${fileName}” has more than the ${size} bytes that n8n’s storage says`
			: `The file “${fileName}” has ${read} bytes, but n8n’s storage says ${size}`;
	const description = 'The stored file is damaged. Produce it again in an earlier node.';
	return new NodeOperationError(node, message, { description });
}
