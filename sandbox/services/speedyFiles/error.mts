import { STATUS_CODES } from 'node:http';

/**
 * Returns an error's body. SpeedyFiles docs, REST API, Errors: `{"detail":"…"}`; by default the name of the status
 * (FastAPI). A 500 is plain text (Starlette, ServerErrorMiddleware).
 */
export function errorBody(status: number, message?: string): { detail: string } | string {
	if (status === 500) return 'Internal Server Error';
	return { detail: message ?? STATUS_CODES[status] ?? 'Error' };
}

/** A request that the service rejects. */
export class SpeedyFilesError extends Error {
	/** Without `detail`, the response contains the name of the status. */
	constructor(
		readonly statusCode: number,
		detail?: string,
		readonly headers: Record<string, string> = {},
	) {
		super(detail ?? STATUS_CODES[statusCode]);
	}
}

/** A request that makes the real server's code fail: it responds with 500 and plain text. */
export class InternalServerError extends Error {}

/** An entry of a 422's `detail` (FastAPI 0.115, pydantic 2.10). The keys are in the order of the response. */
export interface ValidationIssue {
	type: string;
	/** The location: `body`, `query` or `path`, then the field. */
	loc: (string | number)[];
	msg: string;
	input: unknown;
	ctx?: Record<string, unknown>;
}

/** A request with invalid fields. The `detail` of its response is an array. */
export class ValidationError extends Error {
	readonly statusCode = 422;

	constructor(readonly issues: readonly ValidationIssue[]) {
		super('Validation failed');
	}
}
