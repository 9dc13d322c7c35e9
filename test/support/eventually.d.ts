/**
 * Calls `look` until it returns something other than undefined or false, and returns that.
 * @throws Error after this many seconds (default: 20)
 */
export function eventually<T>(
	look: () => Promise<T | undefined | false> | T | undefined | false,
	seconds?: number,
): Promise<T>;
