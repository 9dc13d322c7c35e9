import { createHash } from 'node:crypto';

import {
	type DeduplicationState,
	formatRecords,
	hasRecord,
	readRecords,
	type StoredTimes,
} from './deliveryRecords';

/** A delivery whose duplicates start no further execution. */
export interface DeliveryIdentity {
	/** Deduplication key: identical for all retries of one delivery. */
	key: string;
	/** The time of the signature, in milliseconds since 1970; undefined if the service sends none. */
	signedAt?: number;
	/** Seconds in which a duplicate is ignored; 0 accepts duplicates. */
	deduplicationWindow: number;
}

/** The exclusive right to start the execution of a delivery. */
export interface Claim {
	/**
	 * Records the delivery in the static data, which n8n saves before it responds. Call just before passing the delivery
	 * to n8n.
	 */
	markDispatched(): void;
	/** Marks the static data as changed again, while the result of the delivery is unknown. */
	touchStaticData(): void;
	/**
	 * Ends the claim. Call once the sender has its response.
	 * @param isAccepted whether the execution has started; if not, the sender should retry
	 */
	resolve(isAccepted: boolean): void;
}

/** An earlier delivery with the same key. */
export interface Duplicate {
	/** Resolves to true once the execution of the first delivery has started, to false if the sender should retry. */
	duplicateOf: Promise<boolean>;
	/** Whether the first delivery is only assumed, because the key may have been forgotten. */
	isAssumed?: boolean;
}

/**
 * Claims a delivery; a duplicate gets the result of the first one instead. A delivery signed before a forgotten one
 * counts as a duplicate, because it may have been forgotten too.
 *
 * @param trigger workflow and node ID
 * @param staticData the static data of the trigger; modified, and limited in size
 */
export function claimDelivery(
	trigger: string,
	{ key, signedAt, deduplicationWindow }: DeliveryIdentity,
	staticData: DeduplicationState,
): { claim: Claim } | Duplicate {
	const now = Math.floor(Date.now() / 1000);
	const oldest = now - deduplicationWindow;
	const signed = signedAt === undefined ? undefined : Math.floor(signedAt / 1000);
	const { inProgress, seenKeys } = triggerState(trigger);
	const digest = keyDigest(key);
	seenKeys.load(staticData);
	if (deduplicationWindow > 0) {
		const isSeen = seenKeys.has(digest, oldest);
		// Another process may have saved static data without it.
		if (isSeen && !hasRecord(staticData, digest)) seenKeys.save(staticData);
		const running = inProgress.get(digest);
		if (running && running.arrived > oldest) return { duplicateOf: running.result };
		if (isSeen) return { duplicateOf: Promise.resolve(true) };
		if (signed !== undefined && seenKeys.mayHaveForgotten(digest, signed, oldest)) {
			return { duplicateOf: Promise.resolve(true), isAssumed: true };
		}
	}

	let settle: (isAccepted: boolean) => void = () => {};
	const delivery = {
		// The signature time counts if the clock of the service is ahead.
		arrived: Math.max(now, signed ?? 0),
		result: new Promise<boolean>((done) => (settle = done)),
	};
	inProgress.set(digest, delivery);
	const claim: Claim = {
		markDispatched() {
			if (deduplicationWindow <= 0) return;
			seenKeys.prune(oldest);
			const { arrived } = delivery;
			seenKeys.add(digest, signed === undefined ? arrived : [arrived, signed]);
			seenKeys.save(staticData);
		},
		touchStaticData() {
			if (deduplicationWindow > 0) seenKeys.save(staticData);
		},
		resolve(isAccepted) {
			if (!isAccepted) seenKeys.markFailed(digest, delivery.arrived);
			if (inProgress.get(digest) === delivery) inProgress.delete(digest);
			settle(isAccepted);
		},
	};
	return { claim };
}

/** Shortens a key to 132 bits of its SHA-256, in 22 characters of base64url. */
export const keyDigest = (key: string): string =>
	createHash('sha256').update(key).digest('base64url').slice(0, 22);

interface DeliveryInProgress {
	/** Unix seconds. */
	arrived: number;
	result: Promise<boolean>;
}

interface TriggerState {
	/** The deliveries in progress, by digest. */
	inProgress: Map<string, DeliveryInProgress>;
	seenKeys: SeenKeys;
}

/**
 * The state of every trigger in this process. Kept in memory, because n8n loads the static data separately for each
 * delivery and only saves it before the response: two simultaneous deliveries would not see each other there.
 */
const triggers = new Map<string, TriggerState>();

/** Seconds after which no service delivers again. */
const MAX_WINDOW = 2 * 86_400;

/** Triggers whose state is kept; each may have 2,000 keys. */
const MAX_TRIGGERS = 1_000;

function triggerState(trigger: string): TriggerState {
	const state = triggers.get(trigger) ?? { inProgress: new Map(), seenKeys: new SeenKeys() };
	deactivated.delete(trigger);
	triggers.delete(trigger); // re-inserted as the newest
	triggers.set(trigger, state);
	if (triggers.size > MAX_TRIGGERS)
		for (const oldest of triggers.keys()) {
			if (triggers.size <= MAX_TRIGGERS) break;
			if (oldest !== trigger) freeState(oldest);
		}
	return state;
}

/** The triggers that were deactivated last and have received nothing since, the latest at the end. */
const deactivated = new Set<string>();

/** Maximum number of {@link deactivated} triggers. */
const MAX_DEACTIVATED = 10;

/**
 * Frees the state of deactivated triggers but for the last ones, because n8n deactivates a trigger before it publishes it
 * again, and a renamed one has no static data. Keeps the state and saves the keys if the static data lacks a key: n8n
 * overwrites static data when another trigger of the workflow polls, and gives the webhook of a test event none.
 */
export function freeTrigger(trigger: string, staticData: DeduplicationState): void {
	const seenKeys = triggers.get(trigger)?.seenKeys;
	if (!seenKeys) return;
	if (!seenKeys.areIn(staticData)) {
		seenKeys.save(staticData);
		return;
	}
	deactivated.delete(trigger); // re-inserted as the latest
	deactivated.add(trigger);
	for (const oldest of deactivated) {
		if (deactivated.size <= MAX_DEACTIVATED) break;
		deactivated.delete(oldest);
		freeState(oldest);
	}
}

/**
 * Does nothing while a delivery is in progress or has failed within the window, because the static data may contain its key:
 * the retry would be ignored.
 */
function freeState(trigger: string): void {
	const state = triggers.get(trigger);
	const oldest = Math.floor(Date.now() / 1000) - MAX_WINDOW;
	if (state?.inProgress.size === 0 && !state.seenKeys.hasFailedSince(oldest)) {
		triggers.delete(trigger);
	}
}

/** Maximum number of keys per trigger; the one signed first is forgotten first. */
const MAX_KEYS = 2_000;

/** The keys of the deliveries that have started an execution of one trigger. */
export class SeenKeys {
	/** By digest, in order of arrival, but for a few that were signed ahead of time. */
	private readonly times = new Map<string, StoredTimes>();
	/** The records as text; undefined after a change. */
	private text?: string;
	/** The text that was loaded last: most deliveries load the same one, because the process has saved it itself. */
	private loadedText?: string;
	private forgotten?: [arrived: number, signed: number];
	/**
	 * Deliveries that failed, with the times of their arrival. Another delivery may have saved static data while they were
	 * recorded there, and keys signed later may have been forgotten: without this, the retry would count as a duplicate.
	 */
	private readonly failed = new Map<string, number>();

	/** Adds the keys of the static data, which an earlier or another process may have saved. */
	load({ deliveries = '', forgotten }: DeduplicationState): void {
		if (forgotten) this.recordForgotten(forgotten);
		if (deliveries === this.text || deliveries === this.loadedText) return;
		for (const [digest, times] of readRecords(deliveries)) {
			const known = this.failed.get(digest) ?? this.times.get(digest) ?? 0;
			if (arrivalOf(times) > arrivalOf(known)) this.add(digest, times);
		}
		if (typeof deliveries === 'string') this.loadedText = deliveries;
	}

	/**
	 * Makes the static data of a delivery contain the records, as they are when n8n serializes it: n8n saves static data in no
	 * particular order, and a text from before would overwrite newer records with older ones.
	 */
	save(staticData: DeduplicationState): void {
		Object.defineProperty(staticData, 'deliveries', {
			get: () => this.serialize(),
			set: () => {},
			enumerable: true,
			configurable: true,
		});
		// Marks the static data as changed: n8n only notices assignments.
		staticData.deliveries = '';
		if (this.forgotten) staticData.forgotten = this.forgotten;
	}

	private serialize(): string {
		return (this.text ??= formatRecords(this.times));
	}

	/** Whether the static data contains all records. */
	areIn({ deliveries = '' }: DeduplicationState): boolean {
		const stored = new Set([...readRecords(deliveries)].map(([digest]) => digest));
		return [...this.times.keys()].every((digest) => stored.has(digest));
	}

	/** @param oldest the beginning of the deduplication window, in unix seconds */
	has(digest: string, oldest: number): boolean {
		const times = this.times.get(digest);
		return times !== undefined && arrivalOf(times) > oldest;
	}

	add(digest: string, times: StoredTimes): void {
		this.delete(digest); // re-inserted as the newest
		this.failed.delete(digest);
		this.times.set(digest, times);
	}

	/** @param oldest unix seconds */
	hasFailedSince(oldest: number): boolean {
		return [...this.failed.values()].some((arrived) => arrived > oldest);
	}

	markFailed(digest: string, arrived: number): void {
		this.delete(digest);
		this.failed.set(digest, arrived);
	}

	/**
	 * Removes the keys from before the window, then those signed first until there is room for another one.
	 * @param oldest the beginning of the deduplication window, in unix seconds
	 */
	prune(oldest: number): void {
		for (const [digest, arrived] of this.failed) {
			if (arrived > oldest) break;
			this.failed.delete(digest);
		}
		for (const [digest, times] of this.times) {
			if (arrivalOf(times) > oldest) break;
			this.delete(digest);
		}
		const excess = this.times.size - MAX_KEYS + 1;
		if (excess <= 0) return;
		const bySignature = [...this.times].sort(([, a], [, b]) => signatureOf(a) - signatureOf(b));
		for (const [digest, times] of bySignature.slice(0, excess)) {
			this.recordForgotten([arrivalOf(times), signatureOf(times)]);
			this.delete(digest);
		}
	}

	/** Whether a key with this signature time may have been forgotten although its window has not ended. */
	mayHaveForgotten(digest: string, signed: number, oldest: number): boolean {
		if (this.forgotten === undefined || this.failed.has(digest)) return false;
		const [lastArrived, lastSigned] = this.forgotten;
		return signed <= lastSigned && lastArrived > oldest;
	}

	private recordForgotten([arrived, signed]: [arrived: number, signed: number]): void {
		const [lastArrived, lastSigned] = this.forgotten ?? [0, 0];
		this.forgotten = [Math.max(arrived, lastArrived), Math.max(signed, lastSigned)];
	}

	private delete(digest: string): void {
		this.times.delete(digest);
		this.text = undefined;
	}
}

const arrivalOf = (times: StoredTimes) => (typeof times === 'number' ? times : times[0]);
const signatureOf = (times: StoredTimes) => (typeof times === 'number' ? times : times[1]);
