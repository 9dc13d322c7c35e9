import { randomBytes } from 'node:crypto';
import { attemptDelivery } from './attempt.mts';
import type { Clock } from './clock.mts';
import type { Attempt, Delivery, DeliveryPolicy, NewDelivery } from './delivery.mts';
import { JsonStore } from './jsonStore.mts';
import type { Faults } from './faults.mts';
import { DeliveryReorderer } from './reorderDeliveries.mts';

export interface DeliveriesOptions {
	folder: string;
	clock: Clock;
	faults: Faults;
	policy: (service: string) => DeliveryPolicy;
	/** Called after each attempt, before its result is stored. */
	onAttempt: (delivery: Delivery) => Promise<void>;
}

/** All webhooks that services have sent or will send. Scheduled attempts survive a restart. */
export class Deliveries {
	readonly #documents: JsonStore<Delivery>;
	readonly #options: DeliveriesOptions;
	readonly #closing = new AbortController();
	readonly #reorderer = new DeliveryReorderer();
	/** Attempts in progress. */
	readonly #running = new Set<Promise<unknown>>();
	/** Functions that cancel the next scheduled attempt, by delivery. */
	readonly #scheduled = new Map<string, () => void>();

	private constructor(documents: JsonStore<Delivery>, options: DeliveriesOptions) {
		this.#documents = documents;
		this.#options = options;
	}

	static async open(options: DeliveriesOptions): Promise<Deliveries> {
		return new Deliveries(await JsonStore.open<Delivery>(options.folder), options);
	}

	/**
	 * Reschedules the pending attempts of an earlier run; overdue ones are sent immediately. Must be called once all
	 * ports are open.
	 */
	resume(): void {
		for (const delivery of this.#documents.all()) {
			// The attempt was made within the request that caused it and was interrupted. It has no retry, so it is
			// lost.
			const isLost = delivery.state === 'pending' && delivery.nextAttemptAt === undefined;
			if (isLost) this.#settle(delivery, 'failed');
			else this.#schedule(delivery);
		}
	}

	/** Newest first. */
	all(): Delivery[] {
		return this.#documents.all().reverse();
	}

	get(id: string): Delivery | undefined {
		return this.#documents.get(id);
	}

	/** Stores a delivery and starts its first attempt without waiting for it. */
	async create(wanted: NewDelivery): Promise<Delivery> {
		const delivery = this.#new(wanted);
		delivery.nextAttemptAt = delivery.createdAt;
		await this.#documents.put(delivery);
		this.#schedule(delivery);
		return delivery;
	}

	/** Stores a delivery and waits for its first attempt, that is for the receiver's response. */
	async createAndAwait(wanted: NewDelivery): Promise<Delivery> {
		const delivery = this.#new(wanted);
		await this.#documents.put(delivery);
		await this.#attempt(delivery, 'scheduled');
		return delivery;
	}

	/** Sends a delivery once more, outside the schedule; if it is accepted, the schedule ends. */
	async redeliver(delivery: Delivery): Promise<Attempt | undefined> {
		return await this.#attempt(delivery, 'manual');
	}

	/** Aborts attempts in progress, which are repeated in the next run. Resolves when all writes have finished. */
	async close(): Promise<void> {
		this.#closing.abort();
		for (const callOff of this.#scheduled.values()) callOff();
		await Promise.allSettled(this.#running);
	}

	#new(wanted: NewDelivery): Delivery {
		return {
			...wanted,
			id: `dlv_${randomBytes(10).toString('hex')}`,
			createdAt: this.#options.clock.now().toISOString(),
			state: 'pending',
			attempts: [],
			scheduled: 0,
		};
	}

	#schedule(delivery: Delivery): void {
		if (delivery.nextAttemptAt === undefined || this.#closing.signal.aborted) return;
		const due = new Date(delivery.nextAttemptAt);
		const callOff = this.#options.clock.at(due, async () => {
			this.#scheduled.delete(delivery.id);
			await this.#attempt(delivery, 'scheduled');
		});
		this.#scheduled.set(delivery.id, callOff);
	}

	#attempt(delivery: Delivery, kind: Attempt['kind']): Promise<Attempt | undefined> {
		const running = this.#attemptOnce(delivery, kind);
		this.#running.add(running);
		return running.finally(() => this.#running.delete(running));
	}

	async #attemptOnce(delivery: Delivery, kind: Attempt['kind']): Promise<Attempt | undefined> {
		const { clock, faults, policy } = this.#options;
		const { timeoutSeconds, retryAfterSeconds, accepts } = policy(delivery.service);
		const made = await attemptDelivery({
			delivery,
			kind,
			clock,
			faults,
			timeoutSeconds,
			accepts,
			reorderer: this.#reorderer,
			closing: this.#closing.signal,
		});
		if (!made) return undefined;
		delivery.attempts.push(made);
		if (kind === 'scheduled') delivery.scheduled += 1;
		if (made.accepted) this.#settle(delivery, 'delivered');
		else if (kind === 'scheduled' && delivery.state === 'pending') {
			const wait = retryAfterSeconds[delivery.scheduled - 1];
			if (wait === undefined) this.#settle(delivery, 'failed');
			else delivery.nextAttemptAt = new Date(clock.now().getTime() + wait * 1000).toISOString();
		}
		if (kind === 'scheduled') this.#schedule(delivery);
		// Update all in-memory state before the first await, so that observers never see a delivery's result without
		// its scheduled retry.
		await this.#options.onAttempt(delivery);
		await this.#documents.put(delivery);
		return made;
	}

	#settle(delivery: Delivery, state: 'delivered' | 'failed'): void {
		delivery.state = state;
		delete delivery.nextAttemptAt;
		this.#scheduled.get(delivery.id)?.();
		this.#scheduled.delete(delivery.id);
	}
}
