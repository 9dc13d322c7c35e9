import { STATUS_CODES } from 'node:http';

/** The docs show the first two messages; the others follow their style. */
const USUAL: Readonly<Record<number, string>> = {
	401: 'Invalid API key',
	404: 'Not found',
	405: 'Method not allowed',
	413: 'Request body is too large',
	429: 'Too many requests',
};

/** FileCourier docs, Create Session, error responses: `{"status":false,"error":"…"}`. */
export function errorBody(status: number, message?: string): { status: false; error: string } {
	return { status: false, error: message ?? USUAL[status] ?? STATUS_CODES[status] ?? 'Error' };
}
