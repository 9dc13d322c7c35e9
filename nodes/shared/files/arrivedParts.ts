import { createHash, type Hash } from 'node:crypto';

import type { Part } from './parts';

/** The point from which a later attempt can continue an upload. */
export interface ResumePoint {
	/** Number of parts that have arrived without a gap, from the first. */
	parts: number;
	/** Hex SHA-256 of these parts. */
	sha256: string;
}

/** The file differs from the one whose parts have already arrived. */
export class ChangedFileError extends Error {}

/**
 * The parts between the first one that has not arrived and the last one that may be sent, per concurrent part. Limits how
 * much a later attempt sends again, because it continues at the first gap.
 */
const WINDOW_PER_PART = 4;

/** Records which parts of an upload have arrived, and hashes the file as its parts are read. */
export class ArrivedParts {
	/** Zero-based, in order of arrival. */
	readonly indices: number[] = [];
	/** Whether the service may have every part, so that the file may be complete. */
	mayBeComplete = false;
	private readonly hash = createHash('sha256');
	/** The hash of the file up to the end of each part from the first gap on, by index. */
	private readonly hashes = new Map<number, Hash>();
	/** Parts after the first gap. */
	private readonly early = new Set<number>();
	private contiguous = 0;
	private prefix = createHash('sha256');
	/** Where an earlier attempt has ended, until the file is proven to be the same. */
	private unproven?: ResumePoint;
	private hasFailed = false;
	private wake: Array<() => void> = [];

	/** @param concurrency concurrent parts */
	constructor(private readonly concurrency: number) {}

	/** Records the parts that an earlier attempt has sent. {@link skip} has to be called for each of them. */
	resumeFrom(point: ResumePoint): void {
		for (let index = 0; index < point.parts; index++) this.indices.push(index);
		this.contiguous = point.parts;
		if (point.parts > 0) this.unproven = point;
	}

	/**
	 * Compares the parts that an earlier attempt has sent with those of the file.
	 * @throws ChangedFileError
	 */
	skip({ index, bytes }: Part): void {
		this.hash.update(bytes);
		if (!this.unproven || index < this.unproven.parts - 1) return;
		if (this.sha256 !== this.unproven.sha256) throw new ChangedFileError();
		this.prefix = this.hash.copy();
		this.unproven = undefined;
	}

	/** Call this for each part, in the order of the file, before it is sent. */
	read({ index, bytes }: Part): void {
		this.hash.update(bytes);
		this.hashes.set(index, this.hash.copy());
	}

	/** Records a part that the service has stored. */
	arrive({ index }: Part): void {
		this.indices.push(index);
		this.early.add(index);
		while (this.early.delete(this.contiguous)) {
			this.prefix = this.hashes.get(this.contiguous)!;
			this.hashes.delete(this.contiguous);
			this.contiguous++;
		}
		this.wakeAll();
	}

	/** Ends the waiting of parts that are not sent because another one has failed. */
	fail(): void {
		this.hasFailed = true;
		this.wakeAll();
	}

	/**
	 * Waits until a part is close enough to the first gap to be sent.
	 * @returns false if it must not be sent, because another part has failed
	 */
	async awaitTurn({ index }: Part): Promise<boolean> {
		while (!this.hasFailed && index - this.contiguous >= WINDOW_PER_PART * this.concurrency) {
			await new Promise<void>((done) => this.wake.push(done));
		}
		return !this.hasFailed;
	}

	get resumePoint(): ResumePoint {
		return this.unproven ?? { parts: this.contiguous, sha256: hexOf(this.prefix) };
	}

	/** Hex SHA-256 of all parts read so far. */
	get sha256(): string {
		return hexOf(this.hash);
	}

	private wakeAll(): void {
		const waiting = this.wake;
		this.wake = [];
		for (const wake of waiting) wake();
	}
}

const hexOf = (hash: Hash) => hash.copy().digest('hex');

/**
 * Passes on the parts that have not arrived in an earlier attempt. Nothing is passed on before the hash of the others shows that
 * the file is the same.
 * @param onSkipped called for each part that has already arrived
 * @throws ChangedFileError
 */
export async function* skipArrivedParts(
	parts: AsyncIterable<Part>,
	arrived: ArrivedParts,
	onSkipped: (part: Part) => void,
	signal?: AbortSignal,
): AsyncGenerator<Part> {
	const earlier = arrived.indices.length;
	for await (const part of parts) {
		if (signal?.aborted) return;
		if (part.index >= earlier) {
			yield part;
			continue;
		}
		arrived.skip(part);
		onSkipped(part);
	}
}
