/**
 * An error that the user can fix: a port in use, a folder that is not writable, an unknown setting. Its message is
 * shown as it is, without a stack.
 */
export class SandboxError extends Error {
	override readonly name = 'SandboxProblem';
}

/** Thrown if the control API does not find an object; the response is 404. */
export class NotFoundError extends SandboxError {
	readonly statusCode = 404;
}

/** Returns the message of any error, without a stack. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** Returns the `code` of a Node.js system error ("EADDRINUSE", "ENOENT"), if any. */
export function codeOf(error: unknown): string | undefined {
	if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
	return typeof error.code === 'string' ? error.code : undefined;
}

/** Error codes of a request or response whose client has disconnected. */
const DISCONNECT_CODES = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'ECONNABORTED', 'EPIPE'];

/** Whether the client disconnected, which is not a fault of the sandbox. */
export function isClientDisconnect(error: unknown): boolean {
	return DISCONNECT_CODES.includes(codeOf(error) ?? '');
}
