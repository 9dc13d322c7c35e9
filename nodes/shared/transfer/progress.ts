import type { TransferContext } from '../files/openDownload';

/** Minimum milliseconds between two progress log lines; shorter transfers log nothing. */
const LOG_INTERVAL_MS = 10_000;

const MIB = 1024 * 1024;

/**
 * Logs the progress of a long transfer: in the n8n log and, in a manual execution, in the browser console. The editor
 * shows no progress of a running node, because n8n displays execution hints only after the node has finished.
 */
export class Progress {
	private lastLoggedAt = Date.now();
	private transferred = 0;

	/** @param total bytes of the file, if known */
	constructor(
		private readonly context: TransferContext,
		private readonly what: string,
		private readonly total?: number,
	) {}

	advance(bytes: number): void {
		this.transferred += bytes;
		const now = Date.now();
		if (now - this.lastLoggedAt < LOG_INTERVAL_MS) return;
		this.lastLoggedAt = now;
		const { context, what, transferred, total } = this;
		const share = total
			? ` of ${mebibytes(total)} MiB (${Math.floor((transferred / total) * 100)} %)`
			: ' MiB';
		const line = `${what}: ${mebibytes(transferred)}${share}`;
		context.logger.info(line);
		if ('sendMessageToUI' in context) context.sendMessageToUI(line);
	}
}

const mebibytes = (bytes: number) => Math.floor(bytes / MIB);
