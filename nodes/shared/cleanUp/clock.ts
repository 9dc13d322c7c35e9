import { headerDate } from '../dates';
import type { Now } from '../expiry';

/** Milliseconds by which two clocks that can be trusted differ at most. */
const LARGEST_DIFFERENCE = 86_400_000;

/**
 * What time it is while a list is read: by the service's `Date` headers and by the clock of this n8n. Nothing is deleted
 * because of a clock that is wrong, so both have to agree.
 */
export class CleanUpClock {
	private earliest = Infinity;
	private latest = -Infinity;
	private doubt: string | undefined;

	/** @param trustsService whether the service's clock counts alone */
	constructor(
		private readonly service: string,
		private readonly trustsService: boolean,
	) {}

	/** Takes the `Date` header of a response. */
	see(date: unknown): void {
		const theirs = headerDate(date);
		const ours = Date.now();
		if (theirs === undefined) {
			this.doubt = `${this.service} sends no valid date with its responses, so its clock cannot be compared with that of this n8n`;
			return;
		}
		if (!this.trustsService && Math.abs(theirs - ours) >= LARGEST_DIFFERENCE) {
			const [there, here] = [theirs, ours].map((time) => new Date(time).toISOString());
			this.doubt = `The clock of ${this.service} says ${there}, that of this n8n ${here}`;
		}
		const clocks = this.trustsService ? [theirs] : [theirs, ours];
		this.earliest = Math.min(this.earliest, ...clocks);
		this.latest = Math.max(this.latest, ...clocks);
	}

	/** The present moment; a sentence without its full stop where no clock can be trusted. */
	now(): Now | string {
		return this.doubt ?? { earliest: this.earliest, latest: this.latest };
	}
}
