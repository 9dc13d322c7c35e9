/** FileShot docs, Error Codes, with messages for codes that the docs do not list. */
const MEANINGS: Readonly<Record<number, string>> = {
	400: 'Invalid parameters or missing required fields',
	401: 'Invalid or missing API key',
	403: 'Insufficient tier (Creator+ required)',
	404: 'File does not exist or has expired',
	405: 'Method not allowed',
	413: 'File exceeds tier limit',
	429: 'Rate limit exceeded',
	503: 'Temporary backend issue',
};

/** The body is not documented; FileShot's desktop app reads `error` (fileshot-desktop, src-tauri/src/services/mod.rs). */
export function errorBody(status: number, message?: string): { error: string } {
	return { error: message ?? MEANINGS[status] ?? 'Internal server error' };
}

/** An error response of the API, by default with the documented message. */
export class FileShotError extends Error {
	readonly statusCode: number;

	constructor(status: number, message?: string) {
		super(message ?? errorBody(status).error);
		this.statusCode = status;
	}
}
