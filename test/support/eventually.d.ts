/**
 * Waits for something that happens beside the test: for the first thing that `look` sees, neither undefined nor false.
 * @throws Error when it has not happened within so many seconds (default: 20)
 */
export function eventually<T>(
	look: () => Promise<T | undefined | false> | T | undefined | false,
	seconds?: number,
): Promise<T>;
