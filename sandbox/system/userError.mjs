/** An error that the user can fix: its message is shown as it is, without a stack. */
export class UserError extends Error {
	name = 'Problem';
}

/**
 * Messages for errors of the disk, by system code.
 * @type {Record<string, string>}
 */
const MESSAGES = {
	ENOSPC:
		'The disk is full. A complete installation needs about 4 GB. Free up some space and run the command again.',
	EDQUOT:
		'Your disk quota is exceeded. A complete installation needs about 4 GB. Free up some space and run the command again.',
	EACCES: 'A file or folder is not writable. Check who owns this folder and its contents.',
	EROFS: 'This folder is on a read-only file system. Clone the repository to a writable location.',
};

const NETWORK =
	/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT)\b/;

/**
 * Finds a known error in a program's output or an error's message.
 * @param {string} text
 * @returns {string | undefined} the message to show, or undefined if the text contains no known error
 */
export function explainKnownError(text) {
	if (/no space left on device/i.test(text)) return MESSAGES.ENOSPC;
	const code = Object.keys(MESSAGES).find((known) => new RegExp(`\\b${known}\\b`).test(text));
	if (code) return MESSAGES[code];
	const network = NETWORK.exec(text);
	if (network) {
		return (
			`npm could not connect to its package registry (${network[1]}). Check the network and, if you use one, the proxy ` +
			'(npm config list), then run the command again. Packages that were already downloaded are in npm’s cache.'
		);
	}
	return undefined;
}

/**
 * Prints an error and sets the exit code to 1. Only unexpected errors are shown with their stack.
 * @param {unknown} error
 */
export function reportError(error) {
	process.exitCode = 1;
	if (error instanceof UserError) {
		console.error(`\n${error.message}`);
		return;
	}
	const known = error instanceof Error ? explainKnownError(error.message) : undefined;
	// The stack, not the object: an HTTP client's error contains hundreds of lines of sockets and buffers.
	const shown = error instanceof Error ? error.stack : String(error);
	console.error(`\n${known ?? shown}`);
}
