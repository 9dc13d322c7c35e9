import { shareSecrets } from './secrets';
import type { ServiceContext } from './service';

/** The error of a stalled transfer: a connection error with its own code. */
export class StallError extends Error {
	readonly code = 'ESTALLED';

	constructor(milliseconds: number) {
		const seconds = Math.ceil(milliseconds / 1000);
		super(`No data was transferred for ${seconds} second${seconds === 1 ? '' : 's'}`);
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
function timeoutSignal(milliseconds: number): AbortSignal {
	const whole = Math.ceil(milliseconds);
	return AbortSignal.timeout(Math.min(MAX_TIMER_MS, Math.max(1, whole || 1)));
}

/** A function to be called at a time of the process's clock, in milliseconds (`performance.now()`). */
interface Timer {
	at: number;
	expire(): void;
}

const timers = new Set<Timer>();

/** The times for which a Node timer is set. */
const wakeUps = new Set<number>();

/**
 * Calls `expire` after a time, unless the returned function is called before. All timers share one Node timer, because an
 * abort signal with a listener keeps its own until it fires: every call would leave its state behind for minutes.
 */
export function startTimer(milliseconds: number, expire: () => void): () => void {
	const timer = { at: performance.now() + milliseconds, expire };
	timers.add(timer);
	wakeUpForNext();
	return () => void timers.delete(timer);
}

/** Sets a Node timer for the next timer, unless one ends before. */
function wakeUpForNext(): void {
	let next = Infinity;
	for (const { at } of timers) next = Math.min(next, at);
	for (const at of wakeUps) if (at <= next) return;
	wakeUps.add(next);
	timeoutSignal(next - performance.now()).addEventListener('abort', () => {
		wakeUps.delete(next);
		for (const timer of timers) {
			if (timer.at > performance.now()) continue;
			timers.delete(timer);
			timer.expire();
		}
		if (timers.size > 0) wakeUpForNext();
	});
}

/** Cancels a stalled transfer without limiting its total duration. */
export class StallGuard {
	/** Aborts the request when it stalls or when the user stops the execution. */
	readonly signal: AbortSignal;
	/** Why the signal has fired; undefined if it has not. */
	failure?: Error;
	private readonly controller = new AbortController();
	private lastProgress = performance.now();
	private stopTimer: () => void = () => undefined;
	private isReleased = false;
	private isPaused = false;

	/**
	 * @param milliseconds without progress before the transfer is cancelled
	 * @param cancel the signal of the user's Stop button
	 * @param stallError creates the error of a cancelled transfer
	 */
	constructor(
		private milliseconds: number,
		private readonly cancel?: AbortSignal,
		private readonly stallError: (milliseconds: number) => Error = (ms) => new StallError(ms),
	) {
		this.signal = this.controller.signal;
		if (cancel?.aborted) this.abort();
		// Not AbortSignal.any, because the signal of a long execution would keep a reference for every call.
		else cancel?.addEventListener('abort', this.abort);
		this.watch(milliseconds);
	}

	progress = (): void => {
		this.lastProgress = performance.now();
	};

	/** Suspends the stall timeout while the transfer waits for its other end, which has its own. */
	pause = (): void => {
		this.isPaused = true;
	};

	resume = (): void => {
		this.isPaused = false;
		this.progress();
	};

	/** Allows more milliseconds without progress, from now on. */
	extend = (milliseconds: number): void => {
		this.milliseconds += milliseconds;
		this.progress();
	};

	/** Ends the request. Destroying the stream of its response would leave the socket open if nothing has read from it. */
	abort = (): void => {
		if (!this.failure) this.fail(new StoppedError());
	};

	/** Turns the stall timeout off; the user can still stop the execution. */
	release = (): void => {
		this.isReleased = true;
		this.stopTimer();
	};

	/**
	 * Resolves with the result of the work, unless the transfer stalls or is cancelled first.
	 * @throws StallError, StoppedError
	 */
	async during<T>(work: Promise<T>): Promise<T> {
		try {
			return await this.race(work);
		} finally {
			this.end();
		}
	}

	/** The same, for the first step of a transfer: the guard stays on until {@link abort} is called. */
	async race<T>(work: Promise<T>): Promise<T> {
		const { signal } = this;
		let end = () => {};
		const ended = new Promise<never>((_, reject) => {
			end = () => reject(this.failure!);
			if (signal.aborted) end();
			else signal.addEventListener('abort', end);
		});
		try {
			return await Promise.race([work, ended]);
		} finally {
			signal.removeEventListener('abort', end);
		}
	}

	private fail(failure: Error): void {
		this.end();
		this.failure ??= failure;
		// Without a reason, Node would create one, with its stack, for each response that is closed.
		this.controller.abort(failure);
	}

	private end(): void {
		this.cancel?.removeEventListener('abort', this.abort);
		this.release();
	}

	/** Uses one timer at a time: after progress, the next one covers the remaining time. */
	private watch(milliseconds: number): void {
		if (this.isReleased) return;
		this.stopTimer = startTimer(milliseconds, () => {
			if (this.isPaused) this.progress();
			const left = this.lastProgress + this.milliseconds - performance.now();
			if (left > 0) this.watch(left);
			else this.fail(this.stallError(this.milliseconds));
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

/**
 * Returns the context with a different cancel signal and the same secrets. n8n passes the signal of the context to every
 * request with a credential and ignores one in the request options.
 */
export function withSignal<Context extends object>(context: Context, signal: AbortSignal): Context {
	const own = { getExecutionCancelSignal: { value: () => signal } };
	const derived = Object.create(context, own) as Context;
	shareSecrets(context, derived);
	return derived;
}

/** Returns the signal that fires when the user stops the execution; triggers have none. */
export function executionSignal(context: ServiceContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}
