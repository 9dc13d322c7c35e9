import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from './sandboxError.mts';

/** Longest delay that setTimeout keeps without overflowing (it counts in a signed 32-bit number). */
const MAX_TIMEOUT_MS = 2 ** 30;

/** How long an advance waits for what is under way; no longer, since that may be waiting for the advance. */
const RUNNING_TIMEOUT_MS = 1000;

interface Timer {
	/** Sandbox time in milliseconds since the epoch. */
	due: number;
	action: () => void | Promise<void>;
}

export interface ClockOptions {
	/** How far the sandbox runs ahead of the host, in milliseconds. */
	offset?: number;
	/** Sandbox seconds per real second; 0 holds the clock still. */
	speed?: number;
	log?: (line: string) => void;
}

/**
 * The sandbox's own time. Every stamp, every `Date` header, every expiry and every retry reads it, so a day passes
 * when somebody advances it by a day. It never goes back while it runs, except through {@link Clock.reset}.
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

	/** The sandbox's present. */
	now(): Date {
		return new Date(this.#millis());
	}

	/** Sandbox seconds per real second. */
	get speed(): number {
		return this.#speed;
	}

	/** How far the sandbox is ahead of the host, in milliseconds. */
	get offset(): number {
		return this.#millis() - Date.now();
	}

	/** Runs `action` once the sandbox reaches `due`, at once when that is past. Returns how to call it off. */
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
	 * Lets `seconds` pass now. What falls due on the way happens in its order, each at its own moment, and is awaited:
	 * after advancing by two days a delivery has gone through all the retries of those two days. What is under way
	 * already gets a moment to end first.
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

	/** Changes the pace from now on; timers keep their sandbox time. */
	setSpeed(speed: number): void {
		this.#moveTo(this.#millis());
		this.#speed = speed;
		this.#scheduleWake();
	}

	/** Back to the host's time and pace. The one way back: what has expired by then is open again. */
	reset(): void {
		this.#real = Date.now();
		this.#sandbox = this.#real;
		this.#speed = 1;
		this.#scheduleWake();
	}

	/** Drops all timers. */
	close(): void {
		this.#timers.clear();
		clearTimeout(this.#wake);
	}

	#millis(): number {
		return Math.round(this.#sandbox + (Date.now() - this.#real) * this.#speed);
	}

	/** Two advances may overlap (a receiver may advance the clock while it is called), so time is only moved forward. */
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
