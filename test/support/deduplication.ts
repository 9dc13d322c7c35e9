import { type Claim, claimDelivery } from '../../nodes/shared/webhook/deduplication';
import type { DeduplicationState } from '../../nodes/shared/webhook/deliveryRecords';

/** Seconds. */
export const HOUR = 3600;

/** The deliveries to one trigger, with its static data. */
export class TriggerDeliveries {
	id = `workflow/${Math.random()}`;
	saved: DeduplicationState = {};

	/** Returns the static data as n8n handles it: a copy for each delivery, saved afterwards. */
	load(): DeduplicationState {
		return structuredClone(this.saved);
	}

	claim(
		key: string,
		staticData: DeduplicationState,
		deduplicationWindow = HOUR,
		signedAt?: number,
	): Claim {
		const claimed = claimDelivery(this.id, { key, deduplicationWindow, signedAt }, staticData);
		if ('duplicateOf' in claimed) throw new Error('It counts as a duplicate');
		return claimed.claim;
	}

	/** Returns the result of the delivery that this one repeats, undefined if it is not a duplicate. */
	duplicateOf(
		key: string,
		staticData = this.load(),
		deduplicationWindow = HOUR,
		signedAt?: number,
	): Promise<boolean> | undefined {
		const claimed = claimDelivery(this.id, { key, deduplicationWindow, signedAt }, staticData);
		return 'duplicateOf' in claimed ? claimed.duplicateOf : undefined;
	}

	isDuplicate(...delivery: Parameters<TriggerDeliveries['duplicateOf']>): boolean {
		return this.duplicateOf(...delivery) !== undefined;
	}

	/** Lets n8n start the execution of a delivery. */
	accept(key: string, window = HOUR, signedAt?: number): void {
		const accepted = this.claim(key, this.saved, window, signedAt);
		accepted.markDispatched();
		accepted.resolve(true);
	}

	/** Continues in a process that has only the static data. */
	restart(): void {
		this.id = `${this.id}-after-restart`;
	}

	/** Returns the static data of another process that has accepted a delivery. */
	elsewhere(key: string): DeduplicationState {
		const other = new TriggerDeliveries();
		other.claim(key, other.saved).markDispatched();
		return other.saved;
	}
}

/** The records in the static data. */
export const recordsIn = ({ deliveries }: DeduplicationState): string[] =>
	String(deliveries ?? '').match(/.{36}/g) ?? [];

/** The static data of two processes, as if one had saved both. */
export const merged = (one: DeduplicationState, other: DeduplicationState): DeduplicationState => ({
	deliveries: `${String(one.deliveries ?? '')}${String(other.deliveries ?? '')}`,
});
