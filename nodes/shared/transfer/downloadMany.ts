import { NodeApiError } from 'n8n-workflow';

import { type Downloaded, type DownloadOptions, downloadFile, type RemoteFile } from './download';
import type { TransferContext } from './open';
import { timeoutSignal } from './stall';

/** Files fetched at the same time. */
const AT_ONCE = 3;

/** Milliseconds in which files under way may still arrive after another has failed, so that no retry fetches them again. */
const GRACE = 5_000;

/** Statuses of a refusal that passes: too slow, too early, too often. */
const PASSING = new Set(['408', '425', '429']);

/** What became of a file. */
export interface FetchedFile {
	/** The file, if it is there. */
	file?: Downloaded;
	/** Why it is not there: what happened, and what the user can do. */
	reason?: string;
	/** Whether it may be there when it is tried again. */
	mayRecover?: boolean;
}

export interface FetchOptions extends Pick<DownloadOptions, 'sha256' | 'host'> {
	/** Milliseconds for all files together. */
	budget: number;
	/** Files that are there already, by their place. */
	known?: ReadonlyArray<Downloaded | undefined>;
	/** Whether a file that may recover is no reason to give up the others: it will not be tried again. */
	isLastTry?: boolean;
}

/**
 * Fetches files until the budget is spent. A file that the host refuses for good does not keep the others back. After a
 * file that may recover later no other is begun, so that the sender can soon be asked to deliver again.
 */
export async function downloadWithin(
	context: TransferContext,
	files: ReadonlyArray<Partial<RemoteFile>>,
	{ budget, known = [], isLastTry = false, ...options }: FetchOptions,
): Promise<FetchedFile[]> {
	const spent = timeoutSignal(budget);
	const failed = new AbortController();
	const cancel = AbortSignal.any([spent, failed.signal]);
	// The budget ends a download that stands still, and is no failure of the file.
	const settings = { ...options, cancel, stallTimeout: 2 * budget };

	const fetched: FetchedFile[] = files.map((_, index) =>
		known[index] ? { file: known[index] } : { reason: notInTime(budget) },
	);
	let next = 0;
	let isOver = false;
	const endSoon = () => {
		isOver = true;
		timeoutSignal(GRACE).addEventListener('abort', () => failed.abort(), { once: true });
	};
	const place = async () => {
		while (next < files.length && !isOver && !cancel.aborted) {
			const index = next++;
			const { url } = files[index];
			if (fetched[index].file) continue;
			if (!url || !isWebAddress(url)) {
				fetched[index] = { reason: NO_URL };
				continue;
			}
			try {
				fetched[index] = { file: await downloadFile(context, { ...files[index], url }, settings) };
			} catch (error) {
				if (cancel.aborted) return;
				fetched[index] = failureOf(error as Error);
				if (fetched[index].mayRecover && !isLastTry) endSoon();
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, place));
	return fetched;
}

const NO_URL = 'The delivery contains no valid URL for this file.';

const notInTime = (budget: number) =>
	`The file was not downloaded within the ${budget / 1000} seconds of Download Time Limit. Download it from its URL.`;

const isWebAddress = (url: string) =>
	URL.canParse(url.trim()) && /^https?:$/.test(new URL(url.trim()).protocol);

/** A refusal by the host is final: with the same URL it would refuse again. Anything else may pass. */
function failureOf(error: Error): FetchedFile {
	const { httpCode, description } =
		error instanceof NodeApiError ? error : { httpCode: null, description: undefined };
	const isRefused = /^4\d\d$/.test(httpCode ?? '') && !PASSING.has(httpCode!);
	const reason = [error.message.replace(/\.$/, ''), description].filter(Boolean).join('. ');
	return { reason, mayRecover: !isRefused };
}
