import { setTimeout as sleep } from 'node:timers/promises';

/** Holds a service's webhook back until the service has sent another one. */
export class DeliveryReorderer {
	/** Functions that release the waiting webhook, by service. */
	readonly #waiting = new Map<string, () => void>();

	/**
	 * Resolves when the service has sent another webhook, or after `milliseconds` (real time). If one is already
	 * waiting, this is the other one and does not wait.
	 */
	async waitForNext(service: string, milliseconds: number, closing: AbortSignal): Promise<void> {
		if (this.#waiting.has(service)) return;
		const overtaken = new AbortController();
		this.#waiting.set(service, () => overtaken.abort());
		const signal = AbortSignal.any([closing, overtaken.signal]);
		await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
		this.#waiting.delete(service);
		closing.throwIfAborted();
	}

	/** Releases the waiting webhook, because the service has sent another one. */
	notifySent(service: string): void {
		this.#waiting.get(service)?.();
	}
}
