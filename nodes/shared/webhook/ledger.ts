import { createHash } from 'node:crypto';

/** Deliveries remembered for one trigger; the oldest are forgotten first. */
const MOST_REMEMBERED = 2_000;

/** What survives a restart, in the workflow's static data: short digests of keys, with unix seconds. */
export interface Remembered {
	deliveries?: Record<string, number>;
}

/**
 * - `pending`: being worked on, for example downloaded
 * - `handed`: given to n8n, which has not answered the sender yet
 * - `accepted`: its run has begun and the sender knows
 * - `released`: to be sent again; remembered only so that an older note of it is not believed
 */
type State = 'pending' | 'handed' | 'accepted' | 'released';

/** The right to start the one run of a delivery. */
export interface Claim {
	/** True once the run has begun, false if the delivery is to be sent again. */
	outcome: Promise<boolean>;
	/** Just before the delivery goes to n8n: notes it in the static data, which n8n saves before it answers. */
	handOver(): void;
	/** Says again that the static data has changed, while it is not known what became of the delivery. */
	remind(): void;
	/** When the sender has its answer. */
	settle(accepted: boolean): void;
}

interface Entry {
	at: number;
	state: State;
	outcome: Promise<boolean>;
}

type Entries = Map<string, Entry>;

/** What is known of one trigger. */
interface Ledger {
	entries: Entries;
	/**
	 * What of it goes into the static data. One object for all deliveries, so that n8n saves what is known when it writes:
	 * it writes for many deliveries at once, in no order, and an older note would undo a newer one.
	 */
	notes: Record<string, number>;
}

/**
 * Every trigger of this process. In memory, because n8n loads static data anew for each delivery and saves it before
 * the answer: two deliveries at the same moment would not see each other there.
 */
const triggers = new Map<string, Ledger>();

/**
 * Claims a delivery; a repeat gets the outcome of the first one instead.
 *
 * @param trigger workflow and node
 * @param key what a repeat has in common with the first delivery
 * @param windowSeconds how long a repeat counts as one; 0 lets every delivery through
 * @param remembered the trigger's static data; written to, and bounded
 */
export function claimDelivery(
	trigger: string,
	key: string,
	windowSeconds: number,
	remembered: Remembered,
): { claim: Claim } | { repeatOf: Promise<boolean> } {
	const now = Math.floor(Date.now() / 1000);
	const ledger = recall(trigger, remembered);
	const { entries } = ledger;
	const digest = digestOf(key);
	const known = entries.get(digest);
	if (known && known.state !== 'released' && known.at > now - windowSeconds) {
		if (isNoted(known) && !remembered.deliveries?.[digest]) remembered.deliveries = ledger.notes;
		return { repeatOf: known.outcome };
	}

	let resolve: (accepted: boolean) => void = () => {};
	const entry: Entry = {
		at: now,
		state: 'pending',
		outcome: new Promise((done) => (resolve = done)),
	};
	remove(ledger, digest); // so that the newest stands last
	entries.set(digest, entry);
	return {
		claim: {
			outcome: entry.outcome,
			handOver: () => {
				entry.state = 'handed';
				forget(ledger, now - windowSeconds);
				if (windowSeconds <= 0) return;
				ledger.notes[digest] = now;
				remembered.deliveries = ledger.notes;
			},
			remind: () => {
				if (entry.state === 'handed' && windowSeconds > 0) remembered.deliveries = ledger.notes;
			},
			settle: (accepted) => {
				entry.state = accepted ? 'accepted' : 'released';
				if (!accepted) delete ledger.notes[digest];
				resolve(accepted);
			},
		},
	};
}

/** What stands for a key: 132 bits of its SHA-256, in 22 characters of base64url. */
export const digestOf = (key: string): string =>
	createHash('sha256').update(key).digest('base64url').slice(0, 22);

/** What this process knows, and what an earlier one has left in the static data. */
function recall(trigger: string, remembered: Remembered): Ledger {
	const ledger = triggers.get(trigger) ?? { entries: new Map<string, Entry>(), notes: {} };
	triggers.set(trigger, ledger);
	const { entries, notes } = ledger;
	for (const [digest, at] of Object.entries(remembered.deliveries ?? {})) {
		if (entries.has(digest)) continue;
		entries.set(digest, { at, state: 'accepted', outcome: Promise.resolve(true) });
		notes[digest] = at;
	}
	return ledger;
}

/** Forgets from the oldest on, until the rest is few enough and young enough. */
function forget(ledger: Ledger, oldest: number): void {
	const { entries } = ledger;
	for (const [digest, { at, state }] of entries) {
		if (entries.size <= MOST_REMEMBERED && at > oldest) break;
		if (state !== 'pending') remove(ledger, digest);
	}
}

function remove({ entries, notes }: Ledger, digest: string): void {
	entries.delete(digest);
	delete notes[digest];
}

const isNoted = ({ state }: Entry) => state === 'handed' || state === 'accepted';
