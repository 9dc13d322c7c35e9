import type { TransferContext } from './open';

/** Milliseconds between two words about a transfer; one that is over sooner is not mentioned. */
const EVERY = 10_000;

const MIB = 1024 * 1024;

/**
 * Tells how far a long transfer is: in n8n's log, and in a run by hand in the browser's console too. That is all there
 * is: n8n shows nothing of a node in the editor while it works, its execution hints appear when the node has ended.
 */
export class Progress {
	private told = Date.now();
	private moved = 0;

	/** @param total bytes of the file, where they are known */
	constructor(
		private readonly context: TransferContext,
		private readonly what: string,
		private readonly total?: number,
	) {}

	move(bytes: number): void {
		this.moved += bytes;
		const now = Date.now();
		if (now - this.told < EVERY) return;
		this.told = now;
		const { context, what, moved, total } = this;
		const share = total
			? ` of ${mebibytes(total)} MiB (${Math.floor((moved / total) * 100)} %)`
			: ' MiB';
		const line = `${what}: ${mebibytes(moved)}${share}`;
		context.logger.info(line);
		if ('sendMessageToUI' in context) context.sendMessageToUI(line);
	}
}

const mebibytes = (bytes: number) => Math.floor(bytes / MIB);
