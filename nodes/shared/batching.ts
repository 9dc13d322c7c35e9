import type { INodeProperties } from 'n8n-workflow';

import { pause } from './retry';

/** Items at once, unless the user says otherwise: hides the round trips, and stays polite. */
const DEFAULT_ITEMS_AT_ONCE = 5;

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
	placeholder: 'Set batching',
	default: { batch: {} },
	options: [
		{
			displayName: 'Batching',
			name: 'batch',
			values: [
				{
					displayName: 'Items at Once',
					name: 'itemsAtOnce',
					type: 'number',
					typeOptions: { minValue: 1, maxValue: 50 },
					default: DEFAULT_ITEMS_AT_ONCE,
					description: 'How many input items are worked on at the same time',
				},
				{
					displayName: 'Pause (Milliseconds)',
					name: 'pauseBetween',
					type: 'number',
					typeOptions: { minValue: 0, maxValue: 3_600_000 },
					default: 0,
					description:
						'How long to wait after each group of items. Keeps a large run below the limits of the service.',
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
export async function inBatches<T>(
	count: number,
	{ itemsAtOnce = DEFAULT_ITEMS_AT_ONCE, pauseBetween = 0 }: Batching,
	signal: AbortSignal | undefined,
	work: (index: number) => Promise<T>,
): Promise<T[]> {
	const places = Math.max(1, Math.min(count, itemsAtOnce));
	const group = pauseBetween > 0 ? places : Math.max(count, 1);
	let results: T[] = [];
	for (let start = 0; start < count && !signal?.aborted; start += group) {
		if (start > 0) await pause(pauseBetween, signal);
		const end = Math.min(start + group, count);
		results = results.concat(await atOnce(start, end, places, signal, work));
	}
	return results;
}

async function atOnce<T>(
	start: number,
	end: number,
	places: number,
	signal: AbortSignal | undefined,
	work: (index: number) => Promise<T>,
): Promise<T[]> {
	const results: T[] = [];
	const failures: Array<{ index: number; error: unknown }> = [];
	let next = start;
	const place = async () => {
		while (next < end && failures.length === 0 && !signal?.aborted) {
			const index = next++;
			try {
				results[index - start] = await work(index);
			} catch (error) {
				failures.push({ index, error });
			}
		}
	};
	await Promise.all(Array.from({ length: places }, place));
	const [first] = failures.sort((a, b) => a.index - b.index);
	if (first) throw first.error;
	return results;
}
