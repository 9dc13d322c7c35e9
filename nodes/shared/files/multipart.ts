import { type INode, type JsonObject, NodeApiError } from 'n8n-workflow';

import { forEachConcurrent } from '../node/batching';
import { mayHaveSucceeded, mayHaveSucceededBefore, withItemIndex } from '../http/errors';
import { optionAdviceOf, withOptionAdvice } from '../http/optionAdvice';
import type { ItemContext } from '../node/operation';
import { ArrivedParts, ChangedFileError, skipArrivedParts } from './arrivedParts';
import { type Part, readParts } from './parts';
import { type FileSource, SizeMismatchError } from './source';
import { ProgressLog, type StreamStats } from './streams';

export interface MultipartOptions {
	/** The service's word for a part, in errors. */
	partName: 'part' | 'chunk';
	/** Bytes of each part except the last. */
	partSize: number;
	/** Concurrent parts; memory use grows with it. */
	concurrency: number;
	sha256: boolean;
	cancel?: AbortSignal;
	/** Whether the service completes the file by itself once it has every part. */
	completesItself?: boolean;
	/** Records the parts that arrive, and knows those that have arrived in an earlier attempt. */
	arrived?: ArrivedParts;
	log?: ProgressLog;
	/** Called for each part that an earlier attempt has sent. */
	onSkipped?(part: Part): void;
}

/**
 * Reads a file once and sends it in parts of exactly `partSize` bytes, several at a time. `send` retries a part itself;
 * after a permanent failure no further part starts, and the error lists the uploaded parts.
 * @throws NodeApiError; NodeOperationError if the file size differs from the size that n8n reports; ChangedFileError if
 * the first parts are not those that have arrived in an earlier attempt
 */
export async function uploadMultipart(
	{ functions, itemIndex }: ItemContext,
	file: FileSource,
	options: MultipartOptions,
	send: (part: Part) => Promise<void>,
): Promise<StreamStats & { parts: number }> {
	const { partSize, partName, concurrency: limit, cancel: signal, onSkipped } = options;
	const node = functions.getNode();
	const arrived = options.arrived ?? new ArrivedParts(limit);
	const log = options.log ?? new ProgressLog(functions, `Uploading “${file.fileName}”`, file.size);
	const freeBuffers: Buffer[] = [];
	const finish = (part: Part) => {
		log.advance(part.bytes.length);
		// Reuse the buffer only after success: a failed request may still be reading from it.
		freeBuffers.push(part.bytes);
	};

	const all = readParts(node, file, await file.open(), partSize, freeBuffers);
	const onSkip = (part: Part) => {
		onSkipped?.(part);
		finish(part);
	};
	const parts = skipArrivedParts(all, arrived, onSkip, signal);
	const failures = await forEachConcurrent(parts, { limit, signal }, async (part) => {
		arrived.read(part);
		if (!(await arrived.awaitTurn(part))) return;
		await send(part).catch(async (error: unknown) => {
			arrived.fail();
			return await Promise.reject(error as Error);
		});
		arrived.arrive(part);
		finish(part);
	});
	const uploaded = arrived.indices;
	if (failures.length === 0 && !signal?.aborted) {
		const sha256 = options.sha256 ? arrived.sha256 : undefined;
		return { size: file.size, sha256, parts: uploaded.length };
	}

	const [{ error } = { error: 'The execution was stopped' }] = failures;
	if (error instanceof ChangedFileError) throw error;
	const cause = withItemIndex(node, error, itemIndex);
	if (cause instanceof SizeMismatchError) throw cause;
	const total = Math.max(1, Math.ceil(file.size / partSize));
	const unknown = failures.filter((failure) => failure.value && mayHaveBeenStored(failure.error));
	arrived.mayBeComplete =
		options.completesItself === true && uploaded.length + unknown.length === total;
	const { mayBeComplete } = arrived;
	throw incompleteUploadError(node, cause, { partName, uploaded, total, mayBeComplete });
}

/**
 * Whether a failed part may have been stored: by an attempt whose response was lost. Only a 4xx other than 429 in response
 * to every attempt rules that out.
 */
const mayHaveBeenStored = (error: unknown): boolean =>
	!(error instanceof NodeApiError) ||
	error.httpCode === '429' ||
	mayHaveSucceeded(error) ||
	mayHaveSucceededBefore(error);

const UNKNOWN_RESULT_HINT =
	'a response was lost, so the upload may have succeeded. Check before you upload it again.';

/** Adds to the error of a part which parts were uploaded. */
function incompleteUploadError(
	node: INode,
	cause: Error & { description?: unknown },
	{
		partName,
		uploaded,
		total,
		mayBeComplete,
	}: { partName: string; uploaded: number[]; total: number; mayBeComplete: boolean },
) {
	const { httpCode, failure } = cause as NodeApiError;
	const error = new NodeApiError(node, {} as JsonObject, {
		message: cause.message,
		httpCode: httpCode ?? undefined,
		description:
			`${String(cause.description ?? '')} ${uploaded.length} of ${total} ${partName}s were uploaded${
				uploaded.length > 0 ? ` (${formatRanges(uploaded)})` : ''
			}; ${mayBeComplete ? UNKNOWN_RESULT_HINT : 'the upload is incomplete.'}`.trim(),
		failure,
	});
	return withOptionAdvice(error, ...optionAdviceOf(cause));
}

/** Formats indices as one-based numbers with runs shortened: 1–3, 5. */
export function formatRanges(indices: number[]): string {
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
