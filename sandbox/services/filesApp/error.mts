import { isoSeconds } from '../../core/time.mts';

/** Files App docs, Errors: the codes of the table, and words for those that it shows no sentence of. */
const ERRORS: Readonly<Record<number, readonly [code: string, message: string]>> = {
	400: ['bad_request', 'Invalid request parameters'],
	401: ['unauthorized', 'Missing or invalid API key'],
	403: ['forbidden', 'Insufficient permissions'],
	404: ['not_found', 'Resource not found'],
	405: ['method_not_allowed', 'Method not allowed'],
	413: ['file_too_large', 'File exceeds plan limit'],
	429: ['rate_limited', 'Too many requests'],
};

/** When the limit ends of which a 429 tells that a fault makes: soon, so that one can see what comes then. */
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

/** What the API refuses, in its own words or those of the table. */
export class FilesAppError extends Error {
	readonly statusCode: number;

	constructor(status: number, message?: string) {
		super(message ?? errorBody(status).error.message);
		this.statusCode = status;
	}
}
