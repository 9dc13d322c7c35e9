import { createHash } from 'node:crypto';

/**
 * Whether the collections that are triggered here pay: on Node.js 24 and later, which have `RegExp.escape`, transfers take
 * half as long with them. On Node.js 20 they cost a third more CPU time, and on Node.js 22 they change little.
 */
const isNeeded = 'escape' in RegExp;

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
export function warmUpAllocationSites(): void {
	const stream = createHash('sha256');
	const empty = Buffer.alloc(0);
	for (let n = 0; n < WARM_UP_WRITES; n++) {
		stream.cork();
		stream.write(empty);
		stream.uncork();
	}
}

const MIB = 1024 * 1024;

/** 8 KiB of the V8 heap. */
const BLOCK: readonly number[] = new Array<number>(1024).fill(0);

/** Bytes to allocate in new space per byte of a chunk. With two, uploads occasionally needed one or two major GCs. */
const GARBAGE_RATIO = 3;

/** The maximum size of new space; a larger allocation would have no further effect. */
const MAX_ALLOCATION_BYTES = 64 * MIB;

/** Bytes transferred by the process before the one major GC. */
const MAJOR_GC_AFTER_BYTES = 384 * MIB;

/** Bytes; V8 starts a major GC when external memory has grown by 64 MiB. */
const MAJOR_GC_TRIGGER_BYTES = 96 * MIB;

/**
 * Keeps V8 from optimizing the allocation away. Stores numbers and not the array, because an array stored here would
 * survive the next minor GC.
 */
const lastAllocation = { first: 0, size: 0 };

/** Bytes until the major GC; not positive once it has run. */
let bytesUntilMajorGc = MAJOR_GC_AFTER_BYTES;

/**
 * Frees the memory of stream chunks early by triggering minor GCs. Chunks are external memory, and V8 responds to every
 * 64 MiB of its growth with a major GC, which is slow because n8n's heap is large: it took most of a transfer's time. A
 * minor GC frees the chunks too, but only runs when new space is full, so this function allocates there for each chunk.
 *
 * After 384 MiB it also triggers one major GC, because n8n's start leaves more than 200 MiB of garbage that V8 would
 * otherwise collect much later. Measurements: docs/design-notes.md.
 */
export function triggerMinorGc(chunkLength: number): void {
	if (!isNeeded) return;
	const wanted = Math.min(GARBAGE_RATIO * chunkLength, MAX_ALLOCATION_BYTES);
	let block = BLOCK;
	for (let allocated = 0; allocated < wanted; allocated += 8 * BLOCK.length) block = BLOCK.slice();
	lastAllocation.first = block[0];
	if (bytesUntilMajorGc <= 0) return;
	bytesUntilMajorGc -= chunkLength;
	if (bytesUntilMajorGc <= 0) triggerMajorGc();
}

/** Makes V8 start a major GC by allocating external memory, which is cheap as long as it is not written to. */
function triggerMajorGc(): void {
	try {
		lastAllocation.size = Buffer.alloc(MAJOR_GC_TRIGGER_BYTES).length;
	} catch {
		// If even this allocation fails, V8 is already out of memory and collects by itself.
	}
}

// Runs when n8n loads the nodes, before the first upload.
if (isNeeded) warmUpAllocationSites();
