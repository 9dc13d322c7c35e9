import type { Clock } from './clock.mts';

/** The state of a window after a request was counted. */
export interface Window {
	/** The number of requests allowed per window. */
	limit: number;
	/** The number of requests left in this window. */
	remaining: number;
	/** The start of the next window. */
	resetAt: Date;
	/** Whether this request exceeds the limit. */
	exceeded: boolean;
}

/**
 * Counts requests by key in windows of a fixed length in sandbox time, each starting with the key's first request.
 * Windows end at a full second, because responses report the reset time in seconds.
 */
export class RateLimiter {
	readonly #clock: Clock;
	readonly #windowMs: number;
	readonly #windows = new Map<string, { begun: number; used: number }>();

	constructor(clock: Clock, windowSeconds: number) {
		this.#clock = clock;
		this.#windowMs = windowSeconds * 1000;
	}

	/** Counts a request for `key` against `limit` requests per window (Infinity: unlimited). */
	count(key: string, limit: number): Window {
		const now = Math.floor(this.#clock.now().getTime() / 1000) * 1000;
		let window = this.#windows.get(key);
		// After a reset of the clock, a window may lie in the future and is no longer valid.
		if (!window || now >= window.begun + this.#windowMs || now < window.begun) {
			window = { begun: now, used: 0 };
			this.#windows.set(key, window);
		}
		window.used += 1;
		return {
			limit,
			remaining: Math.max(0, limit - window.used),
			resetAt: new Date(window.begun + this.#windowMs),
			exceeded: window.used > limit,
		};
	}
}
