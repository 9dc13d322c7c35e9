import { createHash } from 'node:crypto';

/** Writes; four times the number after which V8 decides. */
const WARM_UP_WRITES = 400;

/**
 * Warms up V8's allocation-site feedback for the write-queue entries of Node's streams (a `{ chunk, encoding, callback
 * }` and its array), so that V8 does not pretenure them. V8 decides from the first hundred entries of a process, once
 * and for all. If these are allocated while V8 is marking, they count as survivors; all later entries then go to old
 * space, where each keeps its chunk alive until the next major GC, and uploads need one every 64 MiB.
 *
 * Must be called when n8n loads the nodes, because V8 may already be marking at the first upload. Measurements:
 * docs/design-notes.md.
 */
export function showShortLives(): void {
	const stream = createHash('sha256');
	const empty = Buffer.alloc(0);
	for (let n = 0; n < WARM_UP_WRITES; n++) {
		stream.cork();
		stream.write(empty);
		stream.uncork();
	}
}
