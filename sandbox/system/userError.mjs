/** A failure the person can do something about: its message is the whole sentence to show, without a stack. */
export class Problem extends Error {
	name = 'Problem';
}

/** Port, disk and network faults by their system code: the same words wherever they turn up. */
const SENTENCES = {
	ENOSPC:
		'The disk is full. A whole installation takes about 4 GB: make room, then run the command again.',
	EDQUOT: 'Your disk quota is used up. A whole installation takes about 4 GB: make room first.',
	EACCES: 'A file or folder may not be written. Check who owns this folder and what is in it.',
	EROFS: 'This folder lies on a read-only file system: clone the repository to a writable place.',
};

const NETWORK =
	/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT)\b/;

/**
 * Finds the known fault in a program's output or an error's message.
 * @param {string} text
 * @returns {string | undefined} the sentence to show, or undefined when nothing known is in it
 */
export function sentenceFor(text) {
	if (/no space left on device/i.test(text)) return SENTENCES.ENOSPC;
	const code = Object.keys(SENTENCES).find((known) => new RegExp(`\\b${known}\\b`).test(text));
	if (code) return SENTENCES[code];
	const network = NETWORK.exec(text);
	if (network) {
		return (
			`npm could not reach its package registry (${network[1]}). Check the network and, if you use one, the proxy ` +
			'(npm config list), then run the command again: what has arrived is kept in the cache of npm.'
		);
	}
	return undefined;
}

/**
 * Prints a failure and sets the exit code. Known faults become their sentence; only a fault nobody foresaw shows its stack.
 * @param {unknown} error
 */
export function report(error) {
	process.exitCode = 1;
	if (error instanceof Problem) {
		console.error(`\n${error.message}`);
		return;
	}
	const known = error instanceof Error ? sentenceFor(error.message) : undefined;
	// The stack, not the object: an HTTP client's error carries hundreds of lines of sockets and buffers.
	const shown = error instanceof Error ? error.stack : String(error);
	console.error(`\n${known ?? shown}`);
}
