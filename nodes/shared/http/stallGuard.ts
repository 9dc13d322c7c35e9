/** The error of a stalled transfer: a connection error with its own code. */
export class StallError extends Error {
	readonly code = 'ESTALLED';

	constructor(milliseconds: number) {
		super(`No data was transferred for ${Math.ceil(milliseconds / 1000)} seconds`);
	}
}

/** The error of a cancelled execution, with the code that the HTTP library uses. */
class StoppedError extends Error {
	readonly code = 'ERR_CANCELED';
}

/** The maximum delay of a Node timer: `setTimeout` fires immediately for delays above 2³¹−1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Returns a signal that aborts after a time. Rounds up, because AbortSignal.timeout only takes whole milliseconds and
 * users enter fractions of a second. Does not keep the process alive.
 */
export function timeoutSignal(milliseconds: number): AbortSignal {
	const whole = Math.ceil(milliseconds);
	return AbortSignal.timeout(Math.min(MAX_TIMER_MS, Math.max(1, whole || 1)));
}

/** Cancels a stalled transfer without limiting its total duration. */
export class StallGuard {
	/** Aborts the request when it stalls or when the user stops the execution. */
	readonly signal: AbortSignal;
	private readonly controller = new AbortController();
	private lastProgress = Date.now();
	private isReleased = false;
	private isPaused = false;
	private isAborted = false;

	/**
	 * @param milliseconds without progress before the transfer is cancelled
	 * @param cancel the signal of the user's Stop button
	 */
	constructor(
		private milliseconds: number,
		private readonly cancel?: AbortSignal,
	) {
		const { signal } = this.controller;
		this.signal = cancel ? AbortSignal.any([signal, cancel]) : signal;
		this.watch(milliseconds);
	}

	progress = (): void => {
		this.lastProgress = Date.now();
	};

	/** Suspends the stall timeout while the transfer waits for its other end, which has its own. */
	pause = (): void => {
		this.isPaused = true;
	};

	resume = (): void => {
		this.isPaused = false;
		this.progress();
	};

	/** Ends the request. Destroying the stream of its response would leave the socket open if nothing has read from it. */
	abort = (): void => {
		this.isAborted = true;
		this.release();
		this.controller.abort();
	};

	/** Allows more milliseconds without progress, from now on. */
	extend = (milliseconds: number): void => {
		this.milliseconds += milliseconds;
		this.progress();
	};

	/** Turns the stall timeout off; the user can still stop the execution. */
	release = (): void => {
		this.isReleased = true;
	};

	/**
	 * Resolves with the result of the work, unless the transfer stalls or is cancelled first.
	 * @throws StallError, StoppedError
	 */
	async during<T>(work: Promise<T>): Promise<T> {
		try {
			return await this.race(work);
		} finally {
			this.release();
		}
	}

	/** The same, for the first step of a transfer: the guard stays on for the rest. */
	async race<T>(work: Promise<T>): Promise<T> {
		const { signal } = this;
		const ended = new Promise<never>((_, reject) => {
			const end = () => reject(this.failure!);
			if (signal.aborted) end();
			else signal.addEventListener('abort', end);
		});
		return await Promise.race([work, ended]);
	}

	/** Why the signal has fired; undefined if it has not. */
	get failure(): Error | undefined {
		if (!this.signal.aborted) return undefined;
		return this.isAborted || this.cancel?.aborted
			? new StoppedError()
			: new StallError(this.milliseconds);
	}

	/** Uses one timer at a time: after progress, the next one covers the remaining time. */
	private watch(milliseconds: number): void {
		timeoutSignal(milliseconds).addEventListener('abort', () => {
			if (this.isReleased) return;
			if (this.isPaused) this.progress();
			const left = this.lastProgress + this.milliseconds - Date.now();
			if (left > 0) this.watch(left);
			else this.controller.abort();
		});
	}
}

/** The slowest supported connection, in bytes per second. */
const MIN_UPLOAD_RATE = 64 * 1024;

/**
 * Time limit for sending a buffer, in milliseconds. Node reports no progress for buffers, so the stall timeout cannot
 * be applied to them.
 */
export const bufferUploadTimeout = (bytes: number, stallTimeout: number) =>
	stallTimeout + Math.ceil((bytes / MIN_UPLOAD_RATE) * 1000);

const GIB = 2 ** 30;

/**
 * The time that a service may need to process a file after its last byte, in milliseconds: 30 seconds per GiB. SpeedyFiles
 * needs 3.5 seconds per GiB before it responds.
 */
export const processingTime = (bytes: number): number => Math.floor((bytes / GIB) * 30) * 1000;
