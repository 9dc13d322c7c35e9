/** Ends a transfer that stands still, however long one that moves may take. */
export class StallGuard {
	private readonly controller = new AbortController();
	private lastProgress = Date.now();
	private over = false;
	/** True once the guard has ended the transfer. */
	stalled = false;

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

	/** Ends the request that it is given to: when it stalls, or when the user stops the execution. */
	get signal(): AbortSignal {
		return AbortSignal.any([this.controller.signal, ...(this.cancel ? [this.cancel] : [])]);
	}

	progress = (): void => {
		this.lastProgress = Date.now();
	};

	/** To be called when the transfer is over. */
	end(): void {
		this.over = true;
	}

	/** One timer at a time, that of AbortSignal.timeout: it keeps no process alive. */
	private watch(milliseconds: number): void {
		AbortSignal.timeout(milliseconds).addEventListener('abort', () => {
			if (this.over) return;
			const left = this.lastProgress + this.milliseconds - Date.now();
			if (left > 0) return this.watch(left);
			this.stalled = true;
			this.controller.abort();
		});
	}
}
