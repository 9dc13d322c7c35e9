import { STATUS_CODES } from 'node:http';

/** SpeedyFiles docs, REST API, Errors: `{"detail":"…"}`; without a text, the status in words (FastAPI). */
export function errorBody(status: number, message?: string): { detail: string } {
	return { detail: message ?? STATUS_CODES[status] ?? 'Error' };
}

/** A request that the service refuses. */
export class SpeedyFilesError extends Error {
	/** Without a `detail`, the answer has the status in words. */
	constructor(
		readonly statusCode: number,
		detail?: string,
		readonly headers: Record<string, string> = {},
	) {
		super(detail ?? errorBody(statusCode).detail);
	}
}

/** One entry of a 422's `detail` (FastAPI 0.115, pydantic 2.10). The keys are in the order of the answer. */
export interface ValidationIssue {
	type: string;
	/** Where: `body`, `query` or `path`, then the field. */
	loc: (string | number)[];
	msg: string;
	input: unknown;
	ctx?: Record<string, unknown>;
}

/** A request whose shape or fields are wrong. Its answer's `detail` is an array. */
export class ValidationError extends Error {
	readonly statusCode = 422;

	constructor(readonly issues: readonly ValidationIssue[]) {
		super('Validation failed');
	}
}
