import { createHash } from 'node:crypto';

import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { mayHaveActed, withItem } from '../errors';
import type { ItemContext } from '../operation';
import type { ByteStream, Measure } from './measured';
import { Progress } from './progress';
import { brokenOff, type FileSource, wrongLength } from './source';
import { keepGarbageYoung } from './youngGarbage';

/** A piece of a file, held in memory until the service has it. */
export interface Part {
	/** Counted from 0. */
	index: number;
	/** Bytes before it. */
	offset: number;
	bytes: Buffer;
}

export interface PartsOptions {
	/** Bytes of each part but the last. */
	partSize: number;
	/** Parts under way at the same time; memory grows with it. */
	atOnce: number;
	sha256: boolean;
	cancel?: AbortSignal;
	/** Whether the service makes a file of the parts as soon as it has all, without being told. */
	completesItself?: boolean;
}

/**
 * Reads a file once and sends it in parts of the exact size, a few at the same time. `send` repeats a part by itself;
 * when one fails for good nothing new is sent, and the error tells which parts have arrived.
 * @throws NodeApiError, NodeOperationError if the file is not as long as n8n says
 */
export async function uploadParts(
	{ functions, itemIndex }: ItemContext,
	file: FileSource,
	options: PartsOptions,
	send: (part: Part) => Promise<void>,
): Promise<Measure & { parts: number }> {
	const hash = options.sha256 ? createHash('sha256') : undefined;
	const total = Math.max(1, Math.ceil(file.size / options.partSize));
	const told = new Progress(functions, `Uploading “${file.fileName}”`, file.size);
	const arrived = new Set<number>();
	const underWay = new Set<Promise<void>>();
	let failure: { error: unknown } | undefined;
	let inDoubt = 0;
	let size = 0;

	const spare: Buffer[] = [];
	const dispatch = async (part: Part) => {
		try {
			await send(part);
			// Of a part that has failed nobody knows whether a request still reads it; its memory is not used again.
			spare.push(part.bytes);
			arrived.add(part.index);
			told.move(part.bytes.length);
		} catch (error) {
			failure ??= { error };
			if (mayHaveArrived(error)) inDoubt += 1;
		}
	};
	const source = await file.open();
	try {
		for await (const part of partsOf(source, options.partSize, spare)) {
			if (failure || options.cancel?.aborted) break;
			size += part.bytes.length;
			// What does not fit is not sent: a service may take it for the end of a whole file.
			if (part.bytes.length !== Math.min(options.partSize, file.size - part.offset)) break;
			hash?.update(part.bytes);
			const sending: Promise<void> = dispatch(part).finally(() => underWay.delete(sending));
			underWay.add(sending);
			if (underWay.size >= options.atOnce) await Promise.race(underWay);
		}
	} catch (error) {
		failure ??= { error: brokenOff(functions.getNode(), file, size, error) };
	}
	await Promise.all(underWay);
	if (failure || options.cancel?.aborted) {
		const error = failure ? failure.error : 'The execution was stopped';
		const cause = withItem(functions.getNode(), error, itemIndex);
		const mayBeThere = options.completesItself === true && arrived.size + inDoubt === total;
		throw incomplete(functions.getNode(), cause, { arrived: [...arrived], total, mayBeThere });
	}
	if (size !== file.size) {
		throw withItem(functions.getNode(), wrongLength(functions.getNode(), file, size), itemIndex);
	}
	return { size, sha256: hash?.digest('hex'), parts: arrived.size };
}

/**
 * Cuts a stream into pieces of one size; the last may be shorter, and an empty file is one empty piece.
 * @param spare memory of pieces that nobody needs any more, for the next ones: without it a fast transfer takes much more
 * than its parts under way, until the garbage is collected
 */
export async function* partsOf(
	source: Buffer | ByteStream,
	partSize: number,
	spare: Buffer[] = [],
): AsyncGenerator<Part> {
	let index = 0;
	let filled = 0;
	let bytes: Buffer = Buffer.allocUnsafe(partSize);
	const next = (): Part => ({
		index,
		offset: index++ * partSize,
		bytes: bytes.subarray(0, filled),
	});

	for await (const chunk of Buffer.isBuffer(source)
		? [source]
		: (source as AsyncIterable<Buffer>)) {
		if (chunk !== source) keepGarbageYoung(chunk.length);
		for (let taken = 0; taken < chunk.length; ) {
			const count = chunk.copy(bytes, filled, taken);
			taken += count;
			filled += count;
			if (filled < partSize) continue;
			yield next();
			// Another piece of memory: the last one belongs to whoever sends it.
			bytes = spare.pop() ?? Buffer.allocUnsafe(partSize);
			filled = 0;
		}
	}
	if (filled > 0 || index === 0) yield next();
}

/**
 * Whether a part that has failed may be there. Of one that was sent several times an earlier answer may be lost, also where
 * the last one is that of a limit.
 */
const mayHaveArrived = (error: unknown): boolean =>
	!(error instanceof NodeApiError) || error.httpCode === '429' || mayHaveActed(error);

const IN_DOUBT =
	'a response was lost, so the upload may have succeeded. Check before you upload it again.';

/** The fault of a part, with what is there of the file. */
function incomplete(
	node: INode,
	cause: Error & { description?: unknown },
	{ arrived, total, mayBeThere }: { arrived: number[]; total: number; mayBeThere: boolean },
) {
	const { httpCode, failure } = cause as NodeApiError;
	return new NodeApiError(node, {} as JsonObject, {
		message: cause.message,
		httpCode: httpCode ?? undefined,
		description:
			`${String(cause.description ?? '')} ${arrived.length} of ${total} parts were uploaded${
				arrived.length > 0 ? ` (${ranges(arrived)})` : ''
			}; ${mayBeThere ? IN_DOUBT : 'the upload is incomplete.'}`.trim(),
		failure,
	});
}

/** Numbers counted from 1, runs of them shortened: 1–3, 5. */
export function ranges(indices: number[]): string {
	const sorted = [...indices].sort((a, b) => a - b);
	const runs: Array<[number, number]> = [];
	for (const index of sorted) {
		const last = runs.at(-1);
		if (last && index === last[1] + 1) last[1] = index;
		else runs.push([index, index]);
	}
	return runs
		.map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}–${to + 1}`))
		.join(', ');
}
