import type { FastifyRequest } from 'fastify';
import { ValidationError, SpeedyFilesError } from './error.mts';
import { JsonDecodeError, parsePythonJson, Undecodable } from './pythonJson.mts';

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
	if (type && !JSON_TYPE.test(type.trim())) return decode(bytes, 'utf-8') ?? new Undecodable();
	const text = decode(bytes, encodingOf(bytes));
	if (text === undefined) throw new SpeedyFilesError(400, UNREADABLE);
	const body = parse(text);
	request.entry.body = body;
	return body;
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';

const BYTE_ORDER_MARKS: readonly (readonly [mark: number[], encoding: Encoding])[] = [
	[[0x00, 0x00, 0xfe, 0xff], 'utf-32be'],
	[[0xff, 0xfe, 0x00, 0x00], 'utf-32le'],
	[[0xfe, 0xff], 'utf-16be'],
	[[0xff, 0xfe], 'utf-16le'],
];

/** Detects the encoding of JSON as Python does: from a byte order mark, or the zeros around its first characters. */
function encodingOf(bytes: Buffer): Encoding {
	const marked = BYTE_ORDER_MARKS.find(([mark]) =>
		mark.every((byte, index) => bytes[index] === byte),
	);
	if (marked) return marked[1];
	const zeros = [...bytes.subarray(0, 4)].map((byte) => (byte === 0 ? '0' : 'x')).join('');
	if (/^00/.test(zeros)) return 'utf-32be';
	if (/^0x/.test(zeros)) return 'utf-16be';
	if (/^x000/.test(zeros)) return 'utf-32le';
	return /^x0/.test(zeros) ? 'utf-16le' : 'utf-8';
}

/** Returns the text without a byte order mark, or undefined if the bytes are not in this encoding. */
function decode(bytes: Buffer, encoding: Encoding): string | undefined {
	try {
		if (!encoding.startsWith('utf-32')) {
			return new TextDecoder(encoding, { fatal: true }).decode(bytes);
		}
		const isLittle = encoding === 'utf-32le';
		const points = Array.from({ length: bytes.length / 4 }, (_, index) =>
			isLittle ? bytes.readUInt32LE(index * 4) : bytes.readUInt32BE(index * 4),
		);
		return bytes.length % 4 === 0
			? points
					.map((point) => String.fromCodePoint(point))
					.join('')
					.replace(/^\ufeff/, '')
			: undefined;
	} catch {
		return undefined;
	}
}

function parse(text: string): unknown {
	try {
		return parsePythonJson(text);
	} catch (problem) {
		if (!(problem instanceof JsonDecodeError)) throw new SpeedyFilesError(400, UNREADABLE);
		const { error, position } = problem;
		const loc = ['body', position];
		throw new ValidationError([
			{ type: 'json_invalid', loc, msg: 'JSON decode error', input: {}, ctx: { error } },
		]);
	}
}
