/**
 * Something a person can put right: a port that is taken, a folder that cannot be written, a setting that does not
 * exist. Its message is one sentence and is shown as it is, without a stack.
 */
export class SandboxError extends Error {
	override readonly name = 'SandboxProblem';
}

/** What the control API does not find: answered with 404. */
export class NotFoundError extends SandboxError {
	readonly statusCode = 404;
}

/** The sentence for any error; a stack never reaches a person. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node.js system error ("EADDRINUSE", "ENOENT"), if it has one. */
export function codeOf(error: unknown): string | undefined {
	if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
	return typeof error.code === 'string' ? error.code : undefined;
}

/** Codes of a body, or an answer, that breaks off because its client has gone. */
const DISCONNECT_CODES = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'ECONNABORTED', 'EPIPE'];

/** Whether an error says that the client has hung up: its own affair, no fault of the sandbox. */
export function isClientDisconnect(error: unknown): boolean {
	return DISCONNECT_CODES.includes(codeOf(error) ?? '');
}
