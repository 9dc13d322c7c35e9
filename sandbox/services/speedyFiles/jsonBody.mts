import type { FastifyRequest } from 'fastify';
import { decodeError } from './decodeError.mts';
import { ValidationError, SpeedyFilesError } from './error.mts';

/** `application/json` and all `+json` types; FastAPI does not parse other bodies as JSON. */
const JSON_TYPE = /^application\/(?:[^;\s]+\+)?json\s*(?:;|$)/i;

/** FastAPI's message for a body that cannot be read. */
export const UNREADABLE = 'There was an error parsing the body';

/**
 * Returns the request's body as FastAPI does: parsed, `null` if empty, a string if its type is not JSON. It is read
 * before the token is checked, so an invalid body is reported even without a valid token.
 * @throws {ValidationError} if it is not JSON
 * @throws {SpeedyFilesError} if it is not text
 */
export function jsonBody(request: FastifyRequest): unknown {
	const bytes = request.body as Buffer | undefined;
	if (bytes === undefined || bytes.length === 0) return null;
	const type = request.headers['content-type'];
	if (type !== undefined && !JSON_TYPE.test(type.trim())) return bytes.toString('utf8');
	const body = parse(textOf(bytes));
	request.entry.body = body;
	return body;
}

function textOf(bytes: Buffer): string {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		throw new SpeedyFilesError(400, UNREADABLE);
	}
}

function parse(text: string): unknown {
	try {
		const body: unknown = JSON.parse(text);
		// A body that is too deeply nested for JSON.stringify is also too deep for Python.
		JSON.stringify(body);
		return body;
	} catch (problem) {
		if (!(problem instanceof SyntaxError)) throw new SpeedyFilesError(400, UNREADABLE);
		throw notJson(text);
	}
}

function notJson(text: string): Error {
	try {
		const { error, position } = decodeError(text);
		const loc = ['body', position];
		return new ValidationError([
			{ type: 'json_invalid', loc, msg: 'JSON decode error', input: {}, ctx: { error } },
		]);
	} catch {
		return new SpeedyFilesError(400, UNREADABLE);
	}
}
