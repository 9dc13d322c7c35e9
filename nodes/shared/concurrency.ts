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
