/** A failed step of the demo. */
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
 * Compares strings, numbers or lists of them.
 * @throws {StepError} with the expected and the actual value
 */
export function assertEqual(what: string, actual: unknown, expected: unknown): void {
	if (format(actual) !== format(expected))
		throw new StepError(what, format(expected), format(actual));
}

/**
 * Narrows a value to one that is present.
 * @throws {StepError} if it is undefined
 */
export function assertPresent<T>(what: string, actual: T | undefined, expected: string): T {
	if (actual === undefined) throw new StepError(what, expected, 'nothing');
	return actual;
}

/** Runs the steps of the demo and prints their results. */
export class DemoSteps {
	private readonly started = Date.now();

	private done = 0;

	constructor(private readonly print: (line: string) => void = console.log) {}

	/**
	 * Runs a step and prints its result.
	 * @param title the expected result
	 * @param work returns the step's result and the details to print
	 * @throws {StepError} for any error, after printing it
	 */
	async run<T>(title: string, work: () => Promise<{ result: T; details: string[] }>): Promise<T> {
		this.done += 1;
		try {
			const { result, details } = await work();
			this.print(`  ✓ ${this.done}. ${title}`);
			for (const line of details) this.print(`       ${line}`);
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
				this.print(`       actual:   ${failed.actual}`);
			}
			throw failed;
		}
	}

	/** Returns the number of successful steps and their duration. */
	summary(): string {
		return `${this.done} steps succeeded, ${((Date.now() - this.started) / 1000).toFixed(1)} s`;
	}
}
