/** What became of one expected arrival. */
interface Entry {
	/** The value that must arrive, for example a SHA-256; undefined if any will do. */
	value?: string;
	/** Unix milliseconds. */
	expectedAt: number;
	arrivals: Array<{ value?: string; at: number }>;
}

export interface Problems {
	/** Expected, but did not arrive. */
	lost: string[];
	/** Arrived more than once. */
	duplicated: string[];
	/** Arrived with another value. */
	different: string[];
	/** Arrived without being expected. */
	unexpected: string[];
}

/** Compares what the workflows were given to do with what arrived at their last nodes. */
export class Ledger {
	private readonly entries = new Map<string, Entry>();
	private readonly unexpected: string[] = [];
	/** Milliseconds from the expectation to the arrival. */
	readonly delays: number[] = [];

	expect(key: string, value?: string): void {
		this.entries.set(key, { value, expectedAt: Date.now(), arrivals: [] });
	}

	arrive(key: string, value?: string): void {
		const entry = this.entries.get(key);
		if (!entry) {
			this.unexpected.push(key);
			return;
		}
		const at = Date.now();
		if (entry.arrivals.length === 0) this.delays.push(at - entry.expectedAt);
		entry.arrivals.push({ value, at });
	}

	get expected(): number {
		return this.entries.size;
	}

	get arrived(): number {
		return [...this.entries.values()].filter(({ arrivals }) => arrivals.length > 0).length;
	}

	problems(): Problems {
		const keysOf = (isProblem: (entry: Entry) => boolean) =>
			[...this.entries].filter(([, entry]) => isProblem(entry)).map(([key]) => key);
		return {
			lost: keysOf(({ arrivals }) => arrivals.length === 0),
			duplicated: keysOf(({ arrivals }) => arrivals.length > 1),
			different: keysOf(
				({ value, arrivals }) =>
					value !== undefined && arrivals.some((arrival) => arrival.value !== value),
			),
			unexpected: [...this.unexpected],
		};
	}
}
