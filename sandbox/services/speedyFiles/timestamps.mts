import type { Clock } from '../../core/clock.mts';

const DAY_MICROS = 86_400_000_000;

/** If the clock is further behind than this, it was reset. */
const SAME_MOMENT_MICROS = 1_000_000;

/**
 * Creates the service's timestamps: naive UTC with microseconds ("2026-05-13T20:30:22.123456"; SpeedyFiles source,
 * app/utils.py), which can be compared as strings. The sandbox's clock has a resolution of milliseconds, so the last
 * three digits are chosen such that timestamps always increase.
 */
export class Timestamps {
	readonly #clock: Clock;
	#last = 0;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	now(): string {
		const fraction = Math.floor((performance.now() * 1000) % 1000);
		let micros = this.#clock.now().getTime() * 1000 + fraction;
		if (micros <= this.#last && micros > this.#last - SAME_MOMENT_MICROS) micros = this.#last + 1;
		this.#last = micros;
		return fromMicroseconds(micros);
	}
}

function fromMicroseconds(micros: number): string {
	const millis = new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1);
	return millis + String(micros % 1000).padStart(3, '0');
}

/** Adds days to a timestamp. */
export function daysAfter(stamp: string, days: number): string {
	return microsAfter(stamp, days * DAY_MICROS);
}

/** Adds microseconds to a timestamp. */
export function microsAfter(stamp: string, micros: number): string {
	return fromMicroseconds(toDate(stamp).getTime() * 1000 + Number(stamp.slice(23)) + micros);
}

/** Converts a timestamp to a Date, without its microseconds. */
export function toDate(stamp: string): Date {
	return new Date(`${stamp.slice(0, 23)}Z`);
}

/** Formats a timestamp for a response: without the fraction if it is zero (Python's isoformat). */
export function formatTimestamp(stamp: string): string {
	return stamp.replace('.000000', '');
}
