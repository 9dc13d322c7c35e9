import { createHash } from 'node:crypto';

/** Maximum number of remembered deliveries per trigger; the one signed first is evicted first. */
const MAX_REMEMBERED = 2_000;

/** Arrival and signature of a delivery, in unix seconds; one number if the service sends no signature time. */
type StoredTimes = number | [arrived: number, signed: number];

/**
 * The part of the deduplication state that survives a restart, in the static data of the workflow: short digests of
 * keys, with their times.
 */
export interface DeduplicationState {
	deliveries?: Record<string, StoredTimes>;
	/** The latest arrival and the latest signature among deliveries that were evicted because there were too many. */
	forgotten?: [arrived: number, signed: number];
}

/**
 * - `processing`: in progress, for example downloading files
 * - `dispatched`: passed to n8n, which has not responded to the sender yet
 * - `accepted`: the execution has started and the sender has its response
 * - `failed`: the sender should retry; only remembered so that an older entry in the static data does not count
 */
type State = 'processing' | 'dispatched' | 'accepted' | 'failed';

/** The exclusive right to start the execution of a delivery. */
export interface Claim {
	/** Resolves to true once the execution has started, to false if the sender should retry. */
	outcome: Promise<boolean>;
	/**
	 * Records the delivery in the static data, which n8n saves before it responds. Call just before passing the delivery
	 * to n8n.
	 */
	handOver(): void;
	/** Marks the static data as changed again, while the result of the delivery is unknown. */
	remind(): void;
	/** Ends the claim. Call once the sender has its response. */
	settle(accepted: boolean): void;
}

interface Entry {
	/** Arrival in unix seconds, or the signature time if the clock of the service is ahead. */
	at: number;
	/** Signature time in unix seconds, or the arrival if the service sends none. */
	signed: number;
	state: State;
	outcome: Promise<boolean>;
}

type Entries = Map<string, Entry>;

/** The deduplication state of one trigger. */
interface Ledger {
	entries: Entries;
	/**
	 * The entries stored in the static data. One object shared by all deliveries of the trigger: n8n saves static data in
	 * no particular order, and separate copies would overwrite newer entries with older ones.
	 */
	stored: Record<string, StoredTimes>;
	forgotten?: [arrived: number, signed: number];
}

/**
 * The state of every trigger in this process. Kept in memory, because n8n loads the static data separately for each
 * delivery and only saves it before the response: two simultaneous deliveries would not see each other there.
 */
const triggers = new Map<string, Ledger>();

export interface ClaimedDelivery {
	/** Deduplication key: identical for all retries of one delivery. */
	key: string;
	/** The time of the signature, in milliseconds since 1970; undefined if the service sends none. */
	signedAt?: number;
	/** Seconds in which a duplicate is ignored; 0 accepts duplicates. */
	repeatWindow: number;
}

/**
 * Claims a delivery; a duplicate gets the outcome of the first one instead. A delivery signed before an evicted one
 * counts as a duplicate, because it may have been evicted too.
 *
 * @param trigger workflow and node ID
 * @param remembered the static data of the trigger; modified, and limited in size
 */
export function claimDelivery(
	trigger: string,
	{ key, signedAt, repeatWindow: windowSeconds }: ClaimedDelivery,
	remembered: DeduplicationState,
): { claim: Claim } | { repeatOf: Promise<boolean>; isAssumed?: boolean } {
	const now = Math.floor(Date.now() / 1000);
	const signed = signedAt === undefined ? undefined : Math.floor(signedAt / 1000);
	const ledger = loadLedger(trigger, remembered);
	const { entries } = ledger;
	const digest = keyDigest(key);
	const known = entries.get(digest);
	if (known && known.state !== 'failed' && known.at > now - windowSeconds) {
		if (isStored(known) && !remembered.deliveries?.[digest]) save(ledger, remembered);
		return { repeatOf: known.outcome };
	}
	if (!known && mayBeEvicted(ledger, signed, now - windowSeconds)) {
		return { repeatOf: Promise.resolve(true), isAssumed: true };
	}

	let resolve: (accepted: boolean) => void = () => {};
	const entry: Entry = {
		at: Math.max(now, signed ?? 0),
		signed: signed ?? now,
		state: 'processing',
		outcome: new Promise((done) => (resolve = done)),
	};
	remove(ledger, digest); // re-inserted as the newest
	entries.set(digest, entry);
	return {
		claim: {
			outcome: entry.outcome,
			handOver: () => {
				entry.state = 'dispatched';
				evict(ledger, now - windowSeconds);
				if (windowSeconds <= 0) return;
				ledger.stored[digest] = signed === undefined ? entry.at : [entry.at, entry.signed];
				save(ledger, remembered);
			},
			remind: () => {
				if (entry.state === 'dispatched' && windowSeconds > 0) save(ledger, remembered);
			},
			settle: (accepted) => {
				entry.state = accepted ? 'accepted' : 'failed';
				if (!accepted) delete ledger.stored[digest];
				resolve(accepted);
			},
		},
	};
}

/** Shortens a key to 132 bits of its SHA-256, in 22 characters of base64url. */
export const keyDigest = (key: string): string =>
	createHash('sha256').update(key).digest('base64url').slice(0, 22);

/** Returns the state of a trigger, merged with what an earlier process left in the static data. */
function loadLedger(trigger: string, remembered: DeduplicationState): Ledger {
	const ledger = triggers.get(trigger) ?? { entries: new Map<string, Entry>(), stored: {} };
	triggers.set(trigger, ledger);
	const { entries, stored } = ledger;
	for (const [digest, times] of Object.entries(remembered.deliveries ?? {})) {
		if (entries.has(digest)) continue;
		const [at, signed] = typeof times === 'number' ? [times, times] : times;
		entries.set(digest, { at, signed, state: 'accepted', outcome: Promise.resolve(true) });
		stored[digest] = times;
	}
	if (remembered.forgotten) recordEvicted(ledger, remembered.forgotten);
	return ledger;
}

function save({ stored, forgotten }: Ledger, remembered: DeduplicationState): void {
	remembered.deliveries = stored;
	if (forgotten) remembered.forgotten = forgotten;
}

/** Removes entries older than the window, then those signed first until few enough remain. */
function evict(ledger: Ledger, oldest: number): void {
	const { entries } = ledger;
	for (const [digest, { at, state }] of entries) {
		if (at > oldest) break;
		if (state !== 'processing') remove(ledger, digest);
	}
	const excess = entries.size - MAX_REMEMBERED;
	if (excess <= 0) return;
	const done = [...entries].filter(([, { state }]) => state !== 'processing');
	done.sort(([, a], [, b]) => a.signed - b.signed);
	for (const [digest, { at, signed, state }] of done.slice(0, excess)) {
		if (state !== 'failed') recordEvicted(ledger, [at, signed]);
		remove(ledger, digest);
	}
}

function recordEvicted(ledger: Ledger, [arrived, signed]: [arrived: number, signed: number]): void {
	const [lastArrived, lastSigned] = ledger.forgotten ?? [0, 0];
	ledger.forgotten = [Math.max(arrived, lastArrived), Math.max(signed, lastSigned)];
}

/** Whether a delivery may have been evicted although its window has not ended. */
function mayBeEvicted({ forgotten }: Ledger, signed: number | undefined, oldest: number): boolean {
	if (forgotten === undefined || signed === undefined) return false;
	const [lastArrived, lastSigned] = forgotten;
	return signed <= lastSigned && lastArrived > oldest;
}

function remove({ entries, stored }: Ledger, digest: string): void {
	entries.delete(digest);
	delete stored[digest];
}

const isStored = ({ state }: Entry) => state === 'dispatched' || state === 'accepted';
