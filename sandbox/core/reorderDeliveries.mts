import { setTimeout as sleep } from 'node:timers/promises';

/** Lets a service's webhook wait until another one of it has left. */
export class DeliveryReorderer {
	/** How to let the one that waits go, by service. */
	readonly #waiting = new Map<string, () => void>();

	/**
	 * Resolves when another webhook of the service has left, or after so many real milliseconds. While one waits, the
	 * next is the other: it does not wait as well.
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

	/** A webhook of the service has left. */
	notifySent(service: string): void {
		this.#waiting.get(service)?.();
	}
}
