/** A seeded random number generator (mulberry32, public domain): the same seed gives the same numbers. */
export class SeededRandom {
	private state: number;

	constructor(readonly seed: number) {
		this.state = seed >>> 0;
	}

	/** Returns a number from 0 (inclusive) to 1 (exclusive). */
	next = (): number => {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let mixed = this.state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};

	/** Returns an integer from `min` to `max`, inclusive. */
	whole(min: number, max: number): number {
		return min + Math.floor(this.next() * (max - min + 1));
	}

	oneOf<T>(choices: readonly T[]): T {
		return choices[this.whole(0, choices.length - 1)];
	}

	/** Returns random bytes. */
	bytes(length: number): Buffer {
		const bytes = Buffer.allocUnsafe(length);
		for (let at = 0; at < length; at += 4) {
			const word = Math.floor(this.next() * 2 ** 32);
			for (let n = 0; n < 4 && at + n < length; n++) bytes[at + n] = (word >>> (8 * n)) & 255;
		}
		return bytes;
	}
}
