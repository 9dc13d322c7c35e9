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
	const limit = Math.max(1, Math.min(count, itemsAtOnce));
	const batchSize = pauseBetween > 0 ? limit : Math.max(count, 1);
	const results: T[] = [];
	for (let start = 0; start < count && !signal?.aborted; start += batchSize) {
		if (start > 0) await cancellableSleep(pauseBetween, signal);
		const batch = range(start, Math.min(start + batchSize, count));
		const failures = await forEachConcurrent(batch, { limit, signal }, async (index) => {
			results[index] = await work(index);
		});
		const [first] = failures.sort((a, b) => a.value! - b.value!);
		if (first) throw first.error;
	}
	return results;
}

function* range(start: number, end: number): Generator<number> {
	for (let index = start; index < end; index++) yield index;
}

/** A value whose work failed; without `value`, reading the values failed. */
export interface Failure<T> {
	value?: T;
	error: unknown;
}

/**
 * Runs `work` for each value, at most `limit` at the same time. After the first failure, or when the signal aborts,
 * nothing new starts; what is already running is awaited.
 * @returns the failures, in the order in which they happened
 */
export async function forEachConcurrent<T>(
	values: Iterable<T> | AsyncIterable<T>,
	{ limit, signal }: { limit: number; signal?: AbortSignal },
	work: (value: T) => Promise<void>,
): Promise<Array<Failure<T>>> {
	const failures: Array<Failure<T>> = [];
	const running = new Set<Promise<void>>();
	const start = (value: T) => {
		const task: Promise<void> = work(value)
			.catch((error: unknown) => void failures.push({ value, error }))
			.finally(() => running.delete(task));
		running.add(task);
	};
	try {
		for await (const value of values) {
			if (failures.length > 0 || signal?.aborted) break;
			start(value);
			if (running.size >= limit) await Promise.race(running);
			if (failures.length > 0 || signal?.aborted) break;
		}
	} catch (error) {
		failures.push({ error });
	}
	await Promise.all(running);
	return failures;
}
