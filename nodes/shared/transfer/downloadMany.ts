import { type Downloaded, type DownloadOptions, downloadFile, type RemoteFile } from './download';
import type { TransferContext } from './open';

export type FetchedFile = Downloaded;

/** Files fetched at the same time. */
const AT_ONCE = 3;

/**
 * Fetches files until the budget is spent. What is not down by then is left out of the result (its place is undefined);
 * a file without a URL too.
 *
 * @param budget milliseconds
 * @throws the error of the first file that could not be fetched within the budget
 */
export async function downloadWithin(
	context: TransferContext,
	files: ReadonlyArray<Partial<RemoteFile>>,
	budget: number,
	options: Omit<DownloadOptions, 'cancel'>,
): Promise<Array<Downloaded | undefined>> {
	const spent = AbortSignal.timeout(budget);
	const fetched: Array<Downloaded | undefined> = files.map(() => undefined);
	let next = 0;
	const place = async () => {
		while (next < files.length && !spent.aborted) {
			const index = next++;
			const { url } = files[index];
			if (!url) continue;
			fetched[index] = await unlessSpent(
				spent,
				downloadFile(context, { ...files[index], url }, { ...options, cancel: spent }),
			);
		}
	};
	await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, place));
	return fetched;
}

/** The end of the budget is no failure of the file. */
async function unlessSpent<T>(spent: AbortSignal, work: Promise<T>): Promise<T | undefined> {
	const [result] = await Promise.allSettled([work]);
	if (result.status === 'fulfilled') return result.value;
	if (spent.aborted) return undefined;
	return await work; // rejects as it did
}
