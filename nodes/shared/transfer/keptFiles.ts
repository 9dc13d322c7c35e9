import type { Downloaded } from './download';
import type { TransferContext } from './open';

/** Milliseconds for which files are kept: longer than any of the services tries to deliver. */
const KEPT_FOR = 48 * 3_600_000;
/** Deliveries and files that are kept at most; the oldest delivery goes first. */
const MOST_DELIVERIES = 500;
const MOST_FILES = 2_000;

interface Kept {
	/** Milliseconds since 1970. */
	until: number;
	/** How often the delivery has failed. */
	failures: number;
	/** By what identifies a file within its delivery. */
	files: Map<string, Downloaded>;
}

/**
 * Files of deliveries that failed, until they are sent again: n8n offers no way to delete a stored file, so each retry
 * would leave another copy behind. In memory: what is lost in a restart is fetched once more.
 */
const kept = new Map<string, Kept>();

/**
 * Takes what was kept of a delivery; it belongs to the caller alone then. Files that n8n's storage no longer contains
 * are left out.
 */
export async function takeKept(context: TransferContext, delivery: string): Promise<Kept> {
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

/** Keeps the files of a delivery that has failed. Files in n8n's memory are not kept: they leave nothing behind. */
export function keepFiles(
	delivery: string,
	failures: number,
	files: ReadonlyMap<string, Downloaded>,
): void {
	const stored = [...files].filter(([, { binary }]) => binary.id);
	kept.delete(delivery); // so that the newest stands last
	kept.set(delivery, { until: Date.now() + KEPT_FOR, failures, files: new Map(stored) });
	let count = 0;
	for (const one of kept.values()) count += one.files.size;
	for (const [key, { files: old, until }] of kept) {
		const isTooMuch = kept.size > MOST_DELIVERIES || count > MOST_FILES;
		if (key === delivery || (!isTooMuch && until > Date.now())) break;
		kept.delete(key);
		count -= old.size;
	}
}
