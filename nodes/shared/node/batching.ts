import type { INodeProperties } from 'n8n-workflow';

import { cancellableSleep } from '../http/retry';

/** High enough to hide latency, low enough not to hit rate limits. */
const DEFAULT_CONCURRENCY = 5;

export interface Batching {
	itemsAtOnce?: number;
	/** Milliseconds. */
	pauseBetween?: number;
}

/** Concurrency and pauses for runs with many items; the same in every operation. */
export const batchingOption: INodeProperties = {
	displayName: 'Batching',
	name: 'batching',
	type: 'fixedCollection',
	placeholder: 'Add batching',
	default: { batch: {} },
	options: [
		{
			displayName: 'Batching',
			name: 'batch',
			values: [
				{
					displayName: 'Concurrent Items',
					name: 'itemsAtOnce',
					type: 'number',
					typeOptions: { minValue: 1, maxValue: 50 },
					default: DEFAULT_CONCURRENCY,
					description: 'How many input items to process at the same time',
				},
				{
					displayName: 'Pause (Milliseconds)',
					name: 'pauseBetween',
					type: 'number',
					typeOptions: { minValue: 0, maxValue: 3_600_000 },
					default: 0,
					description:
						'How long to wait between batches of items. Use this to stay within the rate limits of the service.',
				},
			],
		},
	],
};

/**
 * Runs `work` for 0 … count-1, at most `itemsAtOnce` concurrently, and returns the results in order. With a pause, a
 * batch finishes before the next one starts; without, an item starts as soon as another one finishes.
 * After a failure, or when the execution is stopped, no further item starts. The error of the lowest index is thrown.
 */
export async function mapInBatches<T>(
	count: number,
	{ itemsAtOnce = DEFAULT_CONCURRENCY, pauseBetween = 0 }: Batching,
	signal: AbortSignal | undefined,
	work: (index: number) => Promise<T>,
): Promise<T[]> {
	const concurrency = Math.max(1, Math.min(count, itemsAtOnce));
	const batchSize = pauseBetween > 0 ? concurrency : Math.max(count, 1);
	let results: T[] = [];
	for (let start = 0; start < count && !signal?.aborted; start += batchSize) {
		if (start > 0) await cancellableSleep(pauseBetween, signal);
		const end = Math.min(start + batchSize, count);
		results = results.concat(await runConcurrently(start, end, concurrency, signal, work));
	}
	return results;
}

async function runConcurrently<T>(
	start: number,
	end: number,
	concurrency: number,
	signal: AbortSignal | undefined,
	work: (index: number) => Promise<T>,
): Promise<T[]> {
	const results: T[] = [];
	const failures: Array<{ index: number; error: unknown }> = [];
	let next = start;
	const worker = async () => {
		while (next < end && failures.length === 0 && !signal?.aborted) {
			const index = next++;
			try {
				results[index - start] = await work(index);
			} catch (error) {
				failures.push({ index, error });
			}
		}
	};
	await Promise.all(Array.from({ length: concurrency }, worker));
	const [first] = failures.sort((a, b) => a.index - b.index);
	if (first) throw first.error;
	return results;
}
