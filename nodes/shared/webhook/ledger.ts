import { createHash } from 'node:crypto';

/** Deliveries remembered for one trigger; the one that was signed first is forgotten first. */
const MOST_REMEMBERED = 2_000;

/** When a delivery arrived and when it was signed, unix seconds; one number if the service does not say the latter. */
type Note = number | [arrived: number, signed: number];

/** What survives a restart, in the workflow's static data: short digests of keys, with their times. */
export interface Remembered {
	deliveries?: Record<string, Note>;
	/** Of the deliveries that were forgotten because there are too many: when the last one arrived and was signed. */
	forgotten?: [arrived: number, signed: number];
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
	/** Unix seconds of the arrival, or of the signature if the service's clock is ahead. */
	at: number;
	/** Unix seconds of the signature, of the arrival if the service does not say. */
	signed: number;
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
	notes: Record<string, Note>;
	forgotten?: [arrived: number, signed: number];
}

/**
 * Every trigger of this process. In memory, because n8n loads static data anew for each delivery and saves it before
 * the answer: two deliveries at the same moment would not see each other there.
 */
const triggers = new Map<string, Ledger>();

export interface ClaimedDelivery {
	/** What a repeat has in common with the first delivery. */
	key: string;
	/** When it was signed, milliseconds since 1970; undefined if the service does not say. */
	signedAt?: number;
	/** How long a repeat counts as one, seconds; 0 lets every delivery through. */
	repeatWindow: number;
}

/**
 * Claims a delivery; a repeat gets the outcome of the first one instead. A delivery that was signed before one that had
 * to be forgotten counts as a repeat, because it may have been forgotten too.
 *
 * @param trigger workflow and node
 * @param remembered the trigger's static data; written to, and bounded
 */
export function claimDelivery(
	trigger: string,
	{ key, signedAt, repeatWindow: windowSeconds }: ClaimedDelivery,
	remembered: Remembered,
): { claim: Claim } | { repeatOf: Promise<boolean>; isAssumed?: boolean } {
	const now = Math.floor(Date.now() / 1000);
	const signed = signedAt === undefined ? undefined : Math.floor(signedAt / 1000);
	const ledger = recall(trigger, remembered);
	const { entries } = ledger;
	const digest = digestOf(key);
	const known = entries.get(digest);
	if (known && known.state !== 'released' && known.at > now - windowSeconds) {
		if (isNoted(known) && !remembered.deliveries?.[digest]) save(ledger, remembered);
		return { repeatOf: known.outcome };
	}
	if (!known && mayBeForgotten(ledger, signed, now - windowSeconds)) {
		return { repeatOf: Promise.resolve(true), isAssumed: true };
	}

	let resolve: (accepted: boolean) => void = () => {};
	const entry: Entry = {
		at: Math.max(now, signed ?? 0),
		signed: signed ?? now,
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
				ledger.notes[digest] = signed === undefined ? entry.at : [entry.at, entry.signed];
				save(ledger, remembered);
			},
			remind: () => {
				if (entry.state === 'handed' && windowSeconds > 0) save(ledger, remembered);
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
	for (const [digest, note] of Object.entries(remembered.deliveries ?? {})) {
		if (entries.has(digest)) continue;
		const [at, signed] = typeof note === 'number' ? [note, note] : note;
		entries.set(digest, { at, signed, state: 'accepted', outcome: Promise.resolve(true) });
		notes[digest] = note;
	}
	if (remembered.forgotten) noteForgotten(ledger, remembered.forgotten);
	return ledger;
}

function save({ notes, forgotten }: Ledger, remembered: Remembered): void {
	remembered.deliveries = notes;
	if (forgotten) remembered.forgotten = forgotten;
}

/** Forgets what is older than the window, and of the rest what was signed first, until it is few enough. */
function forget(ledger: Ledger, oldest: number): void {
	const { entries } = ledger;
	for (const [digest, { at, state }] of entries) {
		if (at > oldest) break;
		if (state !== 'pending') remove(ledger, digest);
	}
	const excess = entries.size - MOST_REMEMBERED;
	if (excess <= 0) return;
	const done = [...entries].filter(([, { state }]) => state !== 'pending');
	done.sort(([, a], [, b]) => a.signed - b.signed);
	for (const [digest, { at, signed, state }] of done.slice(0, excess)) {
		if (state !== 'released') noteForgotten(ledger, [at, signed]);
		remove(ledger, digest);
	}
}

function noteForgotten(ledger: Ledger, [arrived, signed]: [arrived: number, signed: number]): void {
	const [lastArrived, lastSigned] = ledger.forgotten ?? [0, 0];
	ledger.forgotten = [Math.max(arrived, lastArrived), Math.max(signed, lastSigned)];
}

/** Whether a delivery may be one that was forgotten although its window is not over. */
function mayBeForgotten(
	{ forgotten }: Ledger,
	signed: number | undefined,
	oldest: number,
): boolean {
	if (forgotten === undefined || signed === undefined) return false;
	const [lastArrived, lastSigned] = forgotten;
	return signed <= lastSigned && lastArrived > oldest;
}

function remove({ entries, notes }: Ledger, digest: string): void {
	entries.delete(digest);
	delete notes[digest];
}

const isNoted = ({ state }: Entry) => state === 'handed' || state === 'accepted';
