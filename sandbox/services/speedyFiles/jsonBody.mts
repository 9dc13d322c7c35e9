import type { FastifyRequest } from 'fastify';
import { decodeError } from './decodeError.mts';
import { ValidationError, SpeedyFilesError } from './error.mts';

/** `application/json` and everything `+json`; FastAPI reads no other body as JSON. */
const JSON_TYPE = /^application\/(?:[^;\s]+\+)?json\s*(?:;|$)/i;

/** FastAPI, for whatever keeps it from reading a body. */
export const UNREADABLE = 'There was an error parsing the body';

/**
 * The request's body as FastAPI hands it on: parsed, `null` when there is none, plain text when it says that it is
 * something else than JSON. It is read before the token is looked at, so a broken body is told even to a stranger.
 * @throws Invalid when it is no JSON
 * @throws Refused when it is not even text
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
		// What is nested too deeply for an answer that repeats it is too deep for Python, too.
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
