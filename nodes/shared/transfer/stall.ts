/** What ends a transfer that stands still; a connection fault like any other, with a code of its own. */
export class StallError extends Error {
	readonly code = 'ESTALLED';

	constructor(milliseconds: number) {
		super(`Nothing moved for ${milliseconds / 1000} seconds`);
	}
}

/** Ends a transfer that stands still, however long one that moves may take. */
export class StallGuard {
	private readonly controller = new AbortController();
	private lastProgress = Date.now();
	private over = false;

	/**
	 * @param milliseconds without progress after which the transfer is ended
	 * @param cancel the user's Stop button
	 */
	constructor(
		private readonly milliseconds: number,
		private readonly cancel?: AbortSignal,
	) {
		this.watch(milliseconds);
	}

	/** Ends a request that it is given to: when it stalls, or when the user stops the execution. */
	get signal(): AbortSignal {
		return AbortSignal.any([this.controller.signal, ...(this.cancel ? [this.cancel] : [])]);
	}

	progress = (): void => {
		this.lastProgress = Date.now();
	};

	/**
	 * The outcome of the work, unless it stalls before.
	 * @throws StallError
	 */
	async during<T>(work: Promise<T>): Promise<T> {
		const { signal } = this.controller;
		const stalled = new Promise<never>((_, reject) => {
			signal.addEventListener('abort', () => reject(new StallError(this.milliseconds)));
		});
		try {
			return await Promise.race([work, stalled]);
		} finally {
			this.over = true;
		}
	}

	/** One timer at a time, that of AbortSignal.timeout: it keeps no process alive. */
	private watch(milliseconds: number): void {
		AbortSignal.timeout(milliseconds).addEventListener('abort', () => {
			if (this.over) return;
			const left = this.lastProgress + this.milliseconds - Date.now();
			if (left > 0) this.watch(left);
			else this.controller.abort();
		});
	}
}
