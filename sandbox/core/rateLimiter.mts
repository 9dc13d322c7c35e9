import type { Clock } from './clock.mts';

/** What a window looks like after a request was counted. */
export interface Window {
	/** Requests that it lets through. */
	limit: number;
	/** How many are left in it. */
	remaining: number;
	/** When the next window begins. */
	resetAt: Date;
	/** Whether this request was one too many. */
	exceeded: boolean;
}

/**
 * Counts requests by key in windows that begin with a key's first request and last a fixed time of the sandbox's clock.
 * They end at a whole second, since that is how answers tell it.
 */
export class RateLimiter {
	readonly #clock: Clock;
	readonly #windowMs: number;
	readonly #windows = new Map<string, { begun: number; used: number }>();

	constructor(clock: Clock, windowSeconds: number) {
		this.#clock = clock;
		this.#windowMs = windowSeconds * 1000;
	}

	/** Counts a request of `key`, of which `limit` are let through in a window (Infinity: all of them). */
	count(key: string, limit: number): Window {
		const now = Math.floor(this.#clock.now().getTime() / 1000) * 1000;
		let window = this.#windows.get(key);
		// The clock goes back only when somebody resets it: then the window it was in is no longer there.
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
