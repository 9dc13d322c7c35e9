/** Arrival and signature of a delivery, in unix seconds; one number if the service sends no signature time. */
export type StoredTimes = number | [arrived: number, signed: number];

/**
 * The part of the deduplication state that survives a restart, in the static data of the workflow: short digests of
 * keys, with their times.
 */
export interface DeduplicationState {
	/** The records one after the other, see {@link formatRecords}; earlier versions stored an object with the digests as keys. */
	deliveries?: string | Record<string, StoredTimes>;
	/** The latest arrival and the latest signature among keys that were forgotten because there were too many. */
	forgotten?: [arrived: number, signed: number];
}

/** The characters of a time in a record: unix seconds to the base of 36, which has seven digits until the year 4453. */
const TIME_LENGTH = 7;
const DIGEST_LENGTH = 22;
const RECORD_LENGTH = DIGEST_LENGTH + 2 * TIME_LENGTH;

const formatTime = (seconds: number) => seconds.toString(36).padStart(TIME_LENGTH, '0');

/**
 * Formats records as one text: for each the digest, the arrival, and the signature or zeros. n8n observes every object in
 * static data with a proxy, so an object per record would make each delivery slow.
 */
export const formatRecords = (times: ReadonlyMap<string, StoredTimes>): string =>
	[...times].map(toRecord).join('');

function toRecord([digest, times]: [digest: string, times: StoredTimes]): string {
	const [arrived, signed] = typeof times === 'number' ? [times, 0] : times;
	return digest + formatTime(arrived) + formatTime(signed);
}

/** Reads the records of any version; others than those of digests are left out. */
export function* readRecords(
	deliveries: Exclude<DeduplicationState['deliveries'], undefined>,
): Iterable<[digest: string, times: StoredTimes]> {
	if (typeof deliveries !== 'string') {
		yield* Object.entries(deliveries).filter(([digest]) => digest.length === DIGEST_LENGTH);
		return;
	}
	for (let start = 0; start < deliveries.length; start += RECORD_LENGTH) {
		const [digest, arrived, signed] = [
			deliveries.slice(start, start + DIGEST_LENGTH),
			deliveries.slice(start + DIGEST_LENGTH, start + DIGEST_LENGTH + TIME_LENGTH),
			deliveries.slice(start + DIGEST_LENGTH + TIME_LENGTH, start + RECORD_LENGTH),
		];
		const times = [parseInt(arrived, 36), parseInt(signed, 36)] as const;
		if (times.some(Number.isNaN)) return;
		yield [copyOf(digest), times[1] === 0 ? times[0] : [...times]];
	}
}

/** Returns a copy of a short text. JavaScript keeps the whole text in memory that a slice is from. */
const copyOf = (digest: string): string => Buffer.from(digest, 'latin1').toString('latin1');

/** Whether the static data contains the record of a delivery. */
export const hasRecord = ({ deliveries = '' }: DeduplicationState, digest: string): boolean =>
	typeof deliveries === 'string' ? deliveries.includes(digest) : Object.hasOwn(deliveries, digest);
