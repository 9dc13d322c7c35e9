/** A step of a journey did not go as it must. */
export class StepFailed extends Error {
	constructor(
		what: string,
		readonly expected: string,
		readonly seen: string,
	) {
		super(what);
	}
}

function shown(value: unknown): string {
	return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}

/**
 * Compares texts, numbers or lists of them.
 * @throws {StepFailed} that tells what was expected and what was seen
 */
export function expectSame(what: string, seen: unknown, expected: unknown): void {
	if (shown(seen) !== shown(expected)) throw new StepFailed(what, shown(expected), shown(seen));
}

/**
 * Narrows to what is there.
 * @throws {StepFailed} when it is not
 */
export function expectThere<T>(what: string, seen: T | undefined, expected: string): T {
	if (seen === undefined) throw new StepFailed(what, expected, 'nothing of that kind');
	return seen;
}

/** Prints the steps of a journey, each with what it saw. */
export class Steps {
	private readonly started = Date.now();

	private done = 0;

	constructor(private readonly print: (line: string) => void = console.log) {}

	/**
	 * Does one step.
	 * @param title what happens in it
	 * @param work returns its result and the lines that tell what was seen
	 * @throws {StepFailed} whatever went wrong in it, after it was printed
	 */
	async step<T>(title: string, work: () => Promise<{ result: T; saw: string[] }>): Promise<T> {
		this.done += 1;
		try {
			const { result, saw } = await work();
			this.print(`  ✓ ${this.done}. ${title}`);
			for (const line of saw) this.print(`       ${line}`);
			return result;
		} catch (error) {
			this.print(`  ✗ ${this.done}. ${title}`);
			const failed =
				error instanceof StepFailed
					? error
					: new StepFailed(error instanceof Error ? error.message : String(error), '', '');
			this.print(`       ${failed.message}`);
			if (failed.expected) {
				this.print(`       expected: ${failed.expected}`);
				this.print(`       seen:     ${failed.seen}`);
			}
			throw failed;
		}
	}

	/** How many steps held, and in how many seconds. */
	summary(): string {
		return `${this.done} steps held, ${((Date.now() - this.started) / 1000).toFixed(1)} s`;
	}
}
