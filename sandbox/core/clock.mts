import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from './sandboxError.mts';

/** Maximum delay for setTimeout, which stores it in a signed 32-bit number. */
const MAX_TIMEOUT_MS = 2 ** 30;

/**
 * Time that an advance waits for running timers. It is limited because such a timer may itself wait for the advance.
 */
const RUNNING_TIMEOUT_MS = 1000;

interface Timer {
	/** Sandbox time in milliseconds since 1970. */
	due: number;
	action: () => void | Promise<void>;
}

export interface ClockOptions {
	/** How far the sandbox is ahead of this machine's clock, in milliseconds. */
	offset?: number;
	/** Sandbox seconds per real second; 0 stops the clock. */
	speed?: number;
	log?: (line: string) => void;
}

/**
 * The sandbox's clock. Timestamps, `Date` headers, expiries and retries use it, so that a test can let a day pass in an
 * instant. It never goes back except through {@link Clock.reset}.
 */
export class Clock {
	#real = Date.now();
	#sandbox: number;
	#speed: number;
	#timers = new Set<Timer>();
	#running = new Set<Promise<void>>();
	#wake: NodeJS.Timeout | undefined;
	readonly #log: (line: string) => void;

	constructor({ offset = 0, speed = 1, log = () => undefined }: ClockOptions = {}) {
		this.#sandbox = this.#real + offset;
		this.#speed = speed;
		this.#log = log;
	}

	/** The current sandbox time. */
	now(): Date {
		return new Date(this.#millis());
	}

	/** Sandbox seconds per real second. */
	get speed(): number {
		return this.#speed;
	}

	/** How far the sandbox is ahead of this machine's clock, in milliseconds. */
	get offset(): number {
		return this.#millis() - Date.now();
	}

	/**
	 * Runs `action` when the sandbox time reaches `due`, or immediately if it is in the past. Returns a function that
	 * cancels it.
	 */
	at(due: Date, action: () => void | Promise<void>): () => void {
		const timer = { due: due.getTime(), action };
		this.#timers.add(timer);
		this.#scheduleWake();
		return () => {
			this.#timers.delete(timer);
			this.#scheduleWake();
		};
	}

	/**
	 * Advances the clock. Actions that become due run in order, each at its own time, and are awaited: after an advance
	 * by two days, a delivery has made all retries of those two days. Actions that are already running get a moment to
	 * finish first.
	 */
	async advance(seconds: number): Promise<void> {
		await Promise.race([
			Promise.all(this.#running),
			sleep(RUNNING_TIMEOUT_MS, undefined, { ref: false }),
		]);
		const target = this.#millis() + seconds * 1000;
		for (let next = this.#earliest(); next && next.due <= target; next = this.#earliest()) {
			this.#timers.delete(next);
			this.#moveTo(next.due);
			await this.#start(next);
		}
		this.#moveTo(target);
		this.#scheduleWake();
	}

	/** Changes the speed from now on; timers keep their sandbox time. */
	setSpeed(speed: number): void {
		this.#moveTo(this.#millis());
		this.#speed = speed;
		this.#scheduleWake();
	}

	/**
	 * Resets the time and speed to those of this machine. This is the only way back, so expired items become valid
	 * again.
	 */
	reset(): void {
		this.#real = Date.now();
		this.#sandbox = this.#real;
		this.#speed = 1;
		this.#scheduleWake();
	}

	/** Cancels all timers. */
	close(): void {
		this.#timers.clear();
		clearTimeout(this.#wake);
	}

	#millis(): number {
		return Math.round(this.#sandbox + (Date.now() - this.#real) * this.#speed);
	}

	/**
	 * Only ever moves forward, because advances may overlap: a receiver may advance the clock while it is being called.
	 */
	#moveTo(time: number): void {
		const now = this.#millis();
		this.#real = Date.now();
		this.#sandbox = Math.max(now, time);
	}

	#earliest(): Timer | undefined {
		let earliest: Timer | undefined;
		for (const timer of this.#timers) if (!earliest || timer.due < earliest.due) earliest = timer;
		return earliest;
	}

	#start(timer: Timer): Promise<void> {
		const run = this.#run(timer);
		this.#running.add(run);
		return run.finally(() => this.#running.delete(run));
	}

	async #run(timer: Timer): Promise<void> {
		try {
			await timer.action();
		} catch (error) {
			this.#log(`A timer of the sandbox failed: ${messageOf(error)}`);
		}
	}

	#scheduleWake(): void {
		clearTimeout(this.#wake);
		const next = this.#earliest();
		if (!next) return;
		const ahead = Math.max(0, next.due - this.#millis());
		if (ahead > 0 && this.#speed === 0) return;
		const sleep = ahead === 0 ? 0 : Math.min(Math.ceil(ahead / this.#speed), MAX_TIMEOUT_MS);
		this.#wake = setTimeout(() => this.#runDueTimers(), sleep);
		this.#wake.unref();
	}

	#runDueTimers(): void {
		const now = this.#millis();
		const due = [...this.#timers].filter((timer) => timer.due <= now);
		for (const timer of due.sort((a, b) => a.due - b.due)) {
			this.#timers.delete(timer);
			void this.#start(timer);
		}
		this.#scheduleWake();
	}
}
