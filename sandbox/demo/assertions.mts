/** A step of a journey did not go as it must. */
export class StepError extends Error {
	constructor(
		what: string,
		readonly expected: string,
		readonly actual: string,
	) {
		super(what);
	}
}

function format(value: unknown): string {
	return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}

/**
 * Compares texts, numbers or lists of them.
 * @throws {StepError} that tells what was expected and what was seen
 */
export function assertEqual(what: string, seen: unknown, expected: unknown): void {
	if (format(seen) !== format(expected)) throw new StepError(what, format(expected), format(seen));
}

/**
 * Narrows to what is there.
 * @throws {StepError} when it is not
 */
export function assertPresent<T>(what: string, seen: T | undefined, expected: string): T {
	if (seen === undefined) throw new StepError(what, expected, 'nothing of that kind');
	return seen;
}

/** Prints the steps of a journey, each with what it saw. */
export class DemoSteps {
	private readonly started = Date.now();

	private done = 0;

	constructor(private readonly print: (line: string) => void = console.log) {}

	/**
	 * Does one step.
	 * @param title what happens in it
	 * @param work returns its result and the lines that tell what was seen
	 * @throws {StepError} whatever went wrong in it, after it was printed
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
				error instanceof StepError
					? error
					: new StepError(error instanceof Error ? error.message : String(error), '', '');
			this.print(`       ${failed.message}`);
			if (failed.expected) {
				this.print(`       expected: ${failed.expected}`);
				this.print(`       seen:     ${failed.actual}`);
			}
			throw failed;
		}
	}

	/** How many steps held, and in how many seconds. */
	summary(): string {
		return `${this.done} steps held, ${((Date.now() - this.started) / 1000).toFixed(1)} s`;
	}
}
