import type { INode } from 'n8n-workflow';

import type { ByteStream } from '../http/service';
import { triggerMinorGc } from './gcPressure';
import { type FileSource, sizeMismatchError, sourceReadError } from './source';

/** One part of a file, held in memory until the service has stored it. */
export interface Part {
	/** Zero-based. */
	index: number;
	/** Position in the file, in bytes. */
	offset: number;
	bytes: Buffer;
}

/**
 * Reads the parts of a file, as long as the file has the size that n8n reports: a service could take a part that is too
 * short for the last one and complete the file.
 * @throws NodeOperationError if n8n's storage fails, SizeMismatchError if the size differs
 */
export async function* readParts(
	node: INode,
	file: FileSource,
	source: Buffer | ByteStream,
	partSize: number,
	freeBuffers: Buffer[],
): AsyncGenerator<Part> {
	let read = 0;
	try {
		for await (const part of splitIntoParts(source, partSize, freeBuffers)) {
			read += part.bytes.length;
			if (part.bytes.length !== Math.min(partSize, file.size - part.offset)) break;
			yield part;
		}
	} catch (error) {
		throw sourceReadError(node, file, read, error);
	}
	if (read !== file.size) throw sizeMismatchError(node, file, read);
}

/**
 * Splits a stream into parts of one size; the last may be shorter, and an empty file is one empty part.
 * @param freeBuffers buffers that are no longer in use, to be filled again: without them a fast transfer allocates far
 * more than its concurrent parts before the garbage collector runs
 */
export async function* splitIntoParts(
	source: Buffer | ByteStream,
	partSize: number,
	freeBuffers: Buffer[] = [],
): AsyncGenerator<Part> {
	let index = 0;
	let filled = 0;
	let bytes: Buffer = Buffer.allocUnsafe(partSize);
	const takePart = (): Part => ({
		index,
		offset: index++ * partSize,
		bytes: bytes.subarray(0, filled),
	});

	for await (const chunk of Buffer.isBuffer(source)
		? [source]
		: (source as AsyncIterable<Buffer>)) {
		if (chunk !== source) triggerMinorGc(chunk.length);
		for (let copied = 0; copied < chunk.length;) {
			const count = chunk.copy(bytes, filled, copied);
			copied += count;
			filled += count;
			if (filled < partSize) continue;
			yield takePart();
			// The previous buffer is still being sent, so continue in another one.
			bytes = freeBuffers.pop() ?? Buffer.allocUnsafe(partSize);
			filled = 0;
		}
	}
	if (filled > 0 || index === 0) yield takePart();
}
