import type { Downloaded } from '../files/download';
import type { TransferContext } from '../files/openDownload';

/** Milliseconds; longer than any of the services retries a delivery. */
const KEEP_MS = 48 * 3_600_000;
/** Maximum number of deliveries and of files; the oldest delivery is evicted first. */
const MAX_DELIVERIES = 500;
const MAX_FILES = 2_000;

interface KeptFiles {
	/** Expiry, in milliseconds since 1970. */
	until: number;
	/** Number of failed attempts. */
	failures: number;
	/** Files by their identity within the delivery. */
	files: Map<string, Downloaded>;
}

/**
 * Files of failed deliveries, kept for the retry: n8n cannot delete a stored file, so each retry would otherwise leave
 * another copy behind. KeptFiles in memory only; after a restart they are downloaded again.
 */
const kept = new Map<string, KeptFiles>();

/**
 * Removes and returns the files kept for a delivery, so that two attempts never share them. Omits files that are no
 * longer in n8n's storage.
 */
export async function takeKept(context: TransferContext, delivery: string): Promise<KeptFiles> {
	const known = kept.get(delivery);
	kept.delete(delivery);
	if (!known || known.until < Date.now()) return { until: 0, failures: 0, files: new Map() };
	const files = new Map<string, Downloaded>();
	for (const [identity, file] of known.files) {
		if (await isStored(context, file)) files.set(identity, file);
	}
	return { ...known, files };
}

async function isStored(
	{ helpers }: TransferContext,
	{ binary, size }: Downloaded,
): Promise<boolean> {
	if (!binary.id) return false;
	const stored = await helpers.getBinaryMetadata(binary.id).catch(() => undefined);
	return stored?.fileSize === size;
}

/** Keeps the files of a failed delivery. Skips files in n8n's memory, because these leave nothing behind. */
export function keepFiles(
	delivery: string,
	failures: number,
	files: ReadonlyMap<string, Downloaded>,
): void {
	const stored = [...files].filter(([, { binary }]) => binary.id);
	kept.delete(delivery); // re-inserted as the newest
	kept.set(delivery, { until: Date.now() + KEEP_MS, failures, files: new Map(stored) });
	let count = 0;
	for (const one of kept.values()) count += one.files.size;
	for (const [key, { files: old, until }] of kept) {
		const isOverLimit = kept.size > MAX_DELIVERIES || count > MAX_FILES;
		if (key === delivery || (!isOverLimit && until > Date.now())) break;
		kept.delete(key);
		count -= old.size;
	}
}
