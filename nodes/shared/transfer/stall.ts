/** What ends a transfer that stands still; a connection fault like any other, with a code of its own. */
export class StallError extends Error {
	readonly code = 'ESTALLED';

	constructor(milliseconds: number) {
		super(`No data was transferred for ${Math.ceil(milliseconds / 1000)} seconds`);
	}
}

/** What ends a transfer when the user stops the execution; the code is that of the HTTP library. */
class StoppedError extends Error {
	readonly code = 'ERR_CANCELED';
}

/** The longest that a timer of Node waits; more would be over at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * A signal that aborts after a time. AbortSignal.timeout takes whole milliseconds alone, and users give fractions of a
 * second. It keeps no process alive.
 */
export function timeoutSignal(milliseconds: number): AbortSignal {
	const whole = Math.ceil(milliseconds);
	return AbortSignal.timeout(Math.min(LONGEST_TIMER, Math.max(1, whole || 1)));
}

/** Ends a transfer that stands still, however long one that moves may take. */
export class StallGuard {
	/** Ends a request that it is given to: when it stalls, or when the user stops the execution. */
	readonly signal: AbortSignal;
	private readonly controller = new AbortController();
	private lastProgress = Date.now();
	private over = false;

	/**
	 * @param milliseconds without progress after which the transfer is ended
	 * @param cancel the user's Stop button
	 */
	constructor(
		private readonly milliseconds: number,
		private readonly cancel?: AbortSignal,
	) {
		const { signal } = this.controller;
		this.signal = cancel ? AbortSignal.any([signal, cancel]) : signal;
		this.watch(milliseconds);
	}

	progress = (): void => {
		this.lastProgress = Date.now();
	};

	/** From now on nothing has to move; the user can still stop it. */
	release = (): void => {
		this.over = true;
	};

	/**
	 * The outcome of the work, unless it stalls or is stopped before.
	 * @throws StallError, StoppedError
	 */
	async during<T>(work: Promise<T>): Promise<T> {
		const { signal, cancel } = this;
		const ended = new Promise<never>((_, reject) => {
			const end = () =>
				reject(cancel?.aborted ? new StoppedError() : new StallError(this.milliseconds));
			if (signal.aborted) end();
			else signal.addEventListener('abort', end);
		});
		try {
			return await Promise.race([work, ended]);
		} finally {
			this.release();
		}
	}

	/** One timer at a time. */
	private watch(milliseconds: number): void {
		timeoutSignal(milliseconds).addEventListener('abort', () => {
			if (this.over) return;
			const left = this.lastProgress + this.milliseconds - Date.now();
			if (left > 0) this.watch(left);
			else this.controller.abort();
		});
	}
}
