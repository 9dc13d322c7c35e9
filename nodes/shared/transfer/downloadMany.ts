import { type Downloaded, type DownloadOptions, downloadFile, type RemoteFile } from './download';
import type { TransferContext } from './open';
import { timeoutSignal } from './stall';

/** Files fetched at the same time. */
const AT_ONCE = 3;

/**
 * Fetches files until the budget is spent. What is not down by then is left out of the result (its place is undefined);
 * a file without a URL too.
 *
 * @param budget milliseconds
 * @throws the error of the first file that could not be fetched within the budget; the others are given up then
 */
export async function downloadWithin(
	context: TransferContext,
	files: ReadonlyArray<Partial<RemoteFile>>,
	budget: number,
	options: Pick<DownloadOptions, 'sha256' | 'host'>,
): Promise<Array<Downloaded | undefined>> {
	const spent = timeoutSignal(budget);
	const failed = new AbortController();
	const cancel = AbortSignal.any([spent, failed.signal]);
	// The budget ends a download that stands still, and is no failure of the file.
	const settings = { ...options, cancel, stallTimeout: 2 * budget };

	const fetched: Array<Downloaded | undefined> = files.map(() => undefined);
	const errors: unknown[] = [];
	let next = 0;
	const place = async () => {
		while (next < files.length && !cancel.aborted) {
			const index = next++;
			const { url } = files[index];
			if (!url) continue;
			try {
				fetched[index] = await downloadFile(context, { ...files[index], url }, settings);
			} catch (error) {
				if (cancel.aborted) return;
				errors.push(error);
				failed.abort();
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, place));
	if (errors.length > 0) throw errors[0];
	return fetched;
}
