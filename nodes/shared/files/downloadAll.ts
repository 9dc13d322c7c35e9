import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { forEachConcurrent } from '../node/batching';
import { HOUR } from '../dates';
import { startTimer } from '../http/stallGuard';
import { type Downloaded, downloadFile, type DownloadOptions, type RemoteFile } from './download';
import type { TransferContext } from '../http/service';
import { parseHttpUrl } from '../text';

/** Concurrent downloads. */
const CONCURRENCY = 3;

/**
 * Milliseconds that downloads in progress may take to finish after another one has failed, so that the retry does not
 * download them again.
 */
const GRACE_MS = 5_000;

/** Client error statuses that are temporary: request timeout, too early, too many requests. */
const TRANSIENT_STATUSES = new Set(['408', '425', '429']);

/** The result for one file. */
export interface DownloadResult {
	/** The file, if it was downloaded. */
	file?: Downloaded;
	/** Why the file was not downloaded: what happened, and what the user can do. */
	reason?: string;
	/** Whether a retry may succeed. */
	mayRecover?: boolean;
}

export interface DownloadAllOptions extends Pick<
	DownloadOptions,
	'sha256' | 'host' | 'trustedUrl' | 'allowedHosts'
> {
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
export async function downloadAllWithin(
	context: TransferContext,
	files: ReadonlyArray<Partial<RemoteFile>>,
	{ budget, known = [], isLastTry = false, ...options }: DownloadAllOptions,
): Promise<DownloadResult[]> {
	// Not AbortSignal.timeout: Node.js 20 may forget one that only AbortSignal.any refers to.
	const stopping = new AbortController();
	const cancel = stopping.signal;
	const timers = [startTimer(budget, () => stopping.abort())];
	// The budget already limits a stalled download, which must not count as a failure of the file.
	const settings = { ...options, cancel, stallTimeout: 2 * budget };

	const results: DownloadResult[] = files.map((_, index) =>
		known[index] ? { file: known[index] } : { reason: outOfTime(budget) },
	);
	const ending = new AbortController();
	const endSoon = () => {
		ending.abort();
		timers.push(startTimer(GRACE_MS, () => stopping.abort()));
	};
	const signal = AbortSignal.any([cancel, ending.signal]);
	await forEachConcurrent(
		files.entries(),
		{ limit: CONCURRENCY, signal },
		async ([index, file]) => {
			const { url } = file;
			if (results[index].file) return;
			if (!url || !parseHttpUrl(url)) {
				results[index] = { reason: NO_URL };
				return;
			}
			try {
				results[index] = { file: await downloadFile(context, { ...file, url }, settings) };
			} catch (error) {
				if (cancel.aborted) return;
				results[index] = failureOf(error as Error);
				if (results[index].mayRecover && !isLastTry) endSoon();
			}
		},
	);
	for (const stopTimer of timers) stopTimer();
	return results;
}

const NO_URL = 'The delivery contains no valid URL for this file.';

const outOfTime = (budget: number) =>
	`The file was not downloaded within the ${budget / 1000} seconds of Download Time Limit. Download it from its URL.`;

/**
 * A 4xx is permanent unless listed in TRANSIENT_STATUSES: the same URL would be rejected again. So is a host that is not
 * allowed. All other failures may be temporary.
 */
function failureOf(error: Error): DownloadResult {
	const { httpCode, description } =
		error instanceof NodeApiError ? error : { httpCode: null, description: undefined };
	const isRejected = /^4\d\d$/.test(httpCode ?? '') && !TRANSIENT_STATUSES.has(httpCode!);
	const reason = [error.message.replace(/\.$/, ''), description].filter(Boolean).join('. ');
	const isPermanent = error instanceof NodeOperationError && error.context.isPermanent === true;
	return { reason, mayRecover: !isRejected && !isPermanent };
}

/** Milliseconds; longer than any of the services retries a delivery. */
const KEEP_MS = 48 * HOUR;
/** Maximum number of deliveries and of files; the oldest delivery is evicted first. */
const MAX_DELIVERIES = 500;
const MAX_FILES = 2_000;

interface KeptFiles {
	/** Expiry, in milliseconds since 1970. */
	until: number;
	/** Number of failed attempts. */
	failures: number;
	/** Files by their identity within the delivery. */
	files: Map<string, Downloaded>;
}

/**
 * Files of failed deliveries, kept for the retry: n8n cannot delete a stored file, so each retry would otherwise leave
 * another copy behind. Kept in memory only; after a restart they are downloaded again.
 */
const kept = new Map<string, KeptFiles>();

/**
 * Removes and returns the files kept for a delivery, so that two attempts never share them. Omits files that are no
 * longer in n8n's storage.
 */
export async function takeKeptFiles(
	context: TransferContext,
	delivery: string,
): Promise<KeptFiles> {
	const known = kept.get(delivery);
	kept.delete(delivery);
	if (!known || known.until < Date.now()) return { until: 0, failures: 0, files: new Map() };
	const files = new Map<string, Downloaded>();
	for (const [identity, file] of known.files) {
		if (await isStored(context, file)) files.set(identity, file);
	}
	return { ...known, files };
}

async function isStored(
	{ helpers }: TransferContext,
	{ binary, size }: Downloaded,
): Promise<boolean> {
	if (!binary.id) return false;
	const stored = await helpers.getBinaryMetadata(binary.id).catch(() => undefined);
	return stored?.fileSize === size;
}

/** Keeps the files of a failed delivery. Skips files in n8n's memory, because these leave nothing behind. */
export function keepFiles(
	delivery: string,
	failures: number,
	files: ReadonlyMap<string, Downloaded>,
): void {
	const stored = [...files].filter(([, { binary }]) => binary.id);
	kept.delete(delivery); // re-inserted as the newest
	kept.set(delivery, { until: Date.now() + KEEP_MS, failures, files: new Map(stored) });
	let count = 0;
	for (const one of kept.values()) count += one.files.size;
	for (const [key, { files: old, until }] of kept) {
		const isOverLimit = kept.size > MAX_DELIVERIES || count > MAX_FILES;
		if (key === delivery || (!isOverLimit && until > Date.now())) break;
		kept.delete(key);
		count -= old.size;
	}
}
