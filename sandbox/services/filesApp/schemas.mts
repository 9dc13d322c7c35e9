import {
	documentHead,
	exactly,
	flag,
	integer,
	isoSecond,
	json,
	text,
} from '../../core/openapi.mts';
import { errorBody } from './error.mts';

/**
 * Files App publishes no OpenAPI document. The one of the simulation is derived from its docs, and tests check the
 * responses against it.
 */
export const document = documentHead('Files App', '/api/v2', 'bearer');

export const fileId = { type: 'string', pattern: '^file_[A-Za-z0-9]+$' };
export const binary = { type: 'string', format: 'binary' };
export const positive = { type: 'integer', minimum: 1 };

/** A new file (Files App docs, Upload). */
export const created = {
	id: fileId,
	name: text,
	size: integer,
	encrypted: flag,
	created_at: isoSecond,
};

/** The status codes of creation, which are not documented. */
export const CREATED = [200, 201];

/** Files App docs, Errors: the status codes with their error codes. */
const CODES: Readonly<Record<number, readonly string[]>> = {
	400: ['bad_request'],
	401: ['unauthorized', 'invalid_api_key'],
	403: ['forbidden'],
	404: ['not_found'],
	405: ['method_not_allowed'],
	413: ['file_too_large'],
	429: ['rate_limited'],
	500: ['internal_error'],
	503: ['internal_error'],
};

/** The error responses of every call. */
export const errors = Object.fromEntries(
	Object.entries(CODES).map(([status, codes]) => [status, error(Number(status), codes)]),
);

export function error(status: number, codes: readonly string[]): object {
	const code = { type: 'string', enum: codes };
	const { message } = errorBody(status).error;
	return json(exactly({ error: exactly({ code, message: text }) }), message);
}
