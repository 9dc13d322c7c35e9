import { isoSeconds } from '../../core/time.mts';

/** Files App docs, Errors: the codes of the table, with messages where the docs show none. */
const ERRORS: Readonly<Record<number, readonly [code: string, message: string]>> = {
	400: ['bad_request', 'Invalid request parameters'],
	401: ['unauthorized', 'Missing or invalid API key'],
	403: ['forbidden', 'Insufficient permissions'],
	404: ['not_found', 'Resource not found'],
	405: ['method_not_allowed', 'Method not allowed'],
	412: ['precondition_failed', 'Precondition failed'],
	413: ['file_too_large', 'File exceeds plan limit'],
	416: ['range_not_satisfiable', 'Range not satisfiable'],
	429: ['rate_limited', 'Too many requests'],
};

/** The reset time in a 429 created by a fault: soon, so that tests can see what happens next. */
export function faultReset(now: Date): Date {
	return new Date((Math.floor(now.getTime() / 1000) + 2) * 1000);
}

/** Files App docs, Error Response Format: `{"error":{"code","message"}}`. */
export function errorBody(
	status: number,
	message?: string,
	now?: Date,
): { error: { code: string; message: string } } {
	const [code, usual] = ERRORS[status] ?? ['internal_error', 'Internal server error'];
	if (status === 429 && message === undefined && now !== undefined) {
		return { error: { code, message: tooManyRequests(faultReset(now)) } };
	}
	return { error: { code, message: message ?? usual } };
}

/** Files App docs, Rate Limits. */
export function tooManyRequests(resetAt: Date): string {
	return `Too many requests. Please retry after ${isoSeconds(resetAt)}.`;
}

/** An error response of the API, by default with the documented message. */
export class FilesAppError extends Error {
	readonly statusCode: number;

	constructor(status: number, message?: string) {
		super(message ?? errorBody(status).error.message);
		this.statusCode = status;
	}
}
