import { NodeApiError } from 'n8n-workflow';

import { type Downloaded, type DownloadOptions, downloadFile, type RemoteFile } from './download';
import type { TransferContext } from './openDownload';
import { timeoutSignal } from '../http/stallGuard';

/** Concurrent downloads. */
const CONCURRENCY = 3;

/**
 * Milliseconds that downloads in progress may take to finish after another one has graceOver, so that the retry does not
 * download them again.
 */
const GRACE_MS = 5_000;

/** Client error statuses that are temporary: request timeout, too early, too many requests. */
const TRANSIENT_STATUSES = new Set(['408', '425', '429']);

/** The result for one file. */
export interface FetchedFile {
	/** The file, if it was downloaded. */
	file?: Downloaded;
	/** Why the file was not downloaded: what happened, and what the user can do. */
	reason?: string;
	/** Whether a retry may succeed. */
	mayRecover?: boolean;
}

export interface FetchOptions extends Pick<DownloadOptions, 'sha256' | 'host'> {
	/** Milliseconds for all files together. */
	budget: number;
	/** Files that were already downloaded, by index. */
	known?: ReadonlyArray<Downloaded | undefined>;
	/** Whether this is the last attempt: the remaining files are downloaded even if one fails temporarily. */
	isLastTry?: boolean;
}

/**
 * Downloads files until the time budget is used up. A file that the host rejects permanently does not stop the others.
 * After a temporary failure no further download starts, so that the sender is soon asked to retry the delivery.
 */
export async function downloadWithin(
	context: TransferContext,
	files: ReadonlyArray<Partial<RemoteFile>>,
	{ budget, known = [], isLastTry = false, ...options }: FetchOptions,
): Promise<FetchedFile[]> {
	const budgetSpent = timeoutSignal(budget);
	const graceOver = new AbortController();
	const cancel = AbortSignal.any([budgetSpent, graceOver.signal]);
	// The budget already limits a stalled download, which must not count as a failure of the file.
	const settings = { ...options, cancel, stallTimeout: 2 * budget };

	const results: FetchedFile[] = files.map((_, index) =>
		known[index] ? { file: known[index] } : { reason: outOfTime(budget) },
	);
	let next = 0;
	let isEnding = false;
	const endSoon = () => {
		isEnding = true;
		timeoutSignal(GRACE_MS).addEventListener('abort', () => graceOver.abort(), { once: true });
	};
	const worker = async () => {
		while (next < files.length && !isEnding && !cancel.aborted) {
			const index = next++;
			const { url } = files[index];
			if (results[index].file) continue;
			if (!url || !isWebAddress(url)) {
				results[index] = { reason: NO_URL };
				continue;
			}
			try {
				results[index] = { file: await downloadFile(context, { ...files[index], url }, settings) };
			} catch (error) {
				if (cancel.aborted) return;
				results[index] = failureOf(error as Error);
				if (results[index].mayRecover && !isLastTry) endSoon();
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(CONCURRENCY, files.length) }, worker));
	return results;
}

const NO_URL = 'The delivery contains no valid URL for this file.';

const outOfTime = (budget: number) =>
	`The file was not downloaded within the ${budget / 1000} seconds of Download Time Limit. Download it from its URL.`;

const isWebAddress = (url: string) =>
	URL.canParse(url.trim()) && /^https?:$/.test(new URL(url.trim()).protocol);

/**
 * A 4xx is permanent unless listed in TRANSIENT_STATUSES: the same URL would be rejected again. All other failures may
 * be temporary.
 */
function failureOf(error: Error): FetchedFile {
	const { httpCode, description } =
		error instanceof NodeApiError ? error : { httpCode: null, description: undefined };
	const isRejected = /^4\d\d$/.test(httpCode ?? '') && !TRANSIENT_STATUSES.has(httpCode!);
	const reason = [error.message.replace(/\.$/, ''), description].filter(Boolean).join('. ');
	return { reason, mayRecover: !isRejected };
}
