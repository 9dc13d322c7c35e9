import type { Readable } from 'node:stream';

/** A part of a form. Its body must be read to the end before the next part. */
export interface FormPart {
	name: string;
	/** The file name, which makes the part a file; may be empty. */
	filename: string | undefined;
	/** The Content-Type header as sent. */
	type: string | null;
	body: AsyncIterable<Buffer>;
}

/** A form that python-multipart or Starlette rejects. */
export class FormSyntaxError extends Error {
	/** @param detail Starlette's message; FastAPI's general one if undefined */
	constructor(readonly detail?: string) {
		super(detail ?? 'Invalid form');
	}
}

/** The form ends within a part, which Python's parser ignores. */
export class IncompletePartError extends Error {}

/** Larger headers of a part are rejected; the real parser has no limit. */
const MAX_HEADERS_BYTES = 1024 * 1024;

/** Characters of header names (RFC 9110, token). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]*$/;

/**
 * Reads a form as strictly as python-multipart 0.0.19 in Starlette 0.41: it must start with the boundary, lines end with
 * CRLF, and headers are not folded. A form without an end is not an error; everything after the end is ignored.
 * @param boundary the boundary of the Content-Type header, in Latin-1
 * @throws {FormSyntaxError}
 * @throws {IncompletePartError}
 */
export async function* readParts(source: Readable, boundary: string): AsyncGenerator<FormPart> {
	const input = new Input(source);
	if (await input.startsWith(`--${boundary}\r\n`)) {
		const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
		let isLast = false;
		const body = async function* () {
			isLast = yield* input.readBody(delimiter);
		};
		for (;;) {
			const headers = await input.readHeaders();
			if (headers === undefined) break;
			yield { ...describePart(headers), body: body() };
			if (isLast) break;
		}
	}
	await input.drain();
}

/** The bytes of a form that were received but not read yet. */
class Input {
	readonly #source: AsyncIterator<Buffer>;
	#bytes: Buffer = Buffer.alloc(0);

	constructor(source: Readable) {
		this.#source = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
	}

	/** Waits for more bytes; returns false at the end. */
	async #receive(): Promise<boolean> {
		const next = await this.#source.next();
		if (next.done) return false;
		this.#bytes = this.#bytes.length === 0 ? next.value : Buffer.concat([this.#bytes, next.value]);
		return true;
	}

	/** Whether the form starts with a text, after any line breaks; false if it ends before that. */
	async startsWith(text: string): Promise<boolean> {
		const expected = Buffer.from(text, 'latin1');
		for (;;) {
			const start = this.#bytes.findIndex((byte) => byte !== 13 && byte !== 10);
			if (start >= 0) {
				const given = this.#bytes.subarray(start, start + expected.length);
				if (!given.equals(expected.subarray(0, given.length))) throw new FormSyntaxError();
				if (given.length === expected.length) {
					this.#bytes = this.#bytes.subarray(start + expected.length);
					return true;
				}
			}
			if (!(await this.#receive())) return false;
		}
	}

	/** Returns the headers of a part by their names in lower case; undefined if the form ends before that. */
	async readHeaders(): Promise<Map<string, string[]> | undefined> {
		for (;;) {
			const end = this.#bytes.indexOf('\r\n\r\n');
			const isEmpty = this.#bytes.indexOf('\r\n') === 0;
			if (isEmpty || end >= 0) {
				const lines = isEmpty ? [] : this.#bytes.toString('latin1', 0, end).split('\r\n');
				this.#bytes = this.#bytes.subarray(isEmpty ? 2 : end + 4);
				return parseHeaders(lines);
			}
			if (this.#bytes.length > MAX_HEADERS_BYTES) throw new FormSyntaxError();
			if (!(await this.#receive())) {
				parseHeaders(this.#bytes.toString('latin1').split('\r\n').slice(0, -1));
				return undefined;
			}
		}
	}

	/** Yields the body up to the next boundary. Returns whether that is the last one. */
	async *readBody(delimiter: Buffer): AsyncGenerator<Buffer, boolean> {
		let from = 0;
		for (;;) {
			const at = this.#bytes.indexOf(delimiter, from);
			const after = at + delimiter.length;
			const mark = at < 0 ? '' : this.#bytes.toString('latin1', after, after + 2);
			if (mark === '\r\n' || mark === '--') {
				if (at > 0) yield this.#bytes.subarray(0, at);
				this.#bytes = this.#bytes.subarray(after + 2);
				return mark === '--';
			}
			if (mark.length === 2) {
				// The boundary with other characters behind it is data.
				from = at + 1;
				continue;
			}
			const safe = at >= 0 ? at : Math.max(0, this.#bytes.length - delimiter.length - 1);
			if (safe > 0) yield this.#bytes.subarray(0, safe);
			this.#bytes = this.#bytes.subarray(safe);
			from = 0;
			if (!(await this.#receive())) throw new IncompletePartError();
		}
	}

	/** Reads and ignores the rest. */
	async drain(): Promise<void> {
		do this.#bytes = Buffer.alloc(0);
		while (await this.#receive());
	}
}

function parseHeaders(lines: readonly string[]): Map<string, string[]> {
	const headers = new Map<string, string[]>();
	for (const line of lines) {
		const colon = line.indexOf(':');
		const name = line.slice(0, colon).toLowerCase();
		if (colon < 1 || !TOKEN.test(name) || line.includes('\r')) throw new FormSyntaxError();
		headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).replace(/^ +/, '')]);
	}
	return headers;
}

function describePart(headers: Map<string, string[]>): Omit<FormPart, 'body'> {
	const parameters = parametersOf(headers.get('content-disposition')?.at(-1) ?? '');
	const name = parameters.get('name');
	if (name === undefined) {
		const sentence = 'The Content-Disposition header field "name" must be provided.';
		throw new FormSyntaxError(sentence);
	}
	const [type = null] = headers.get('content-type') ?? [];
	return { name: decode(name), filename: fileNameOf(parameters.get('filename')), type };
}

/** Returns the file name, without the path that Internet Explorer 6 sends (python-multipart 0.0.19). */
function fileNameOf(given: string | undefined): string | undefined {
	const name = given && /^(?:.:\\|\\\\)/s.test(given) ? given.split('\\').at(-1) : given;
	return name === undefined ? undefined : decode(name);
}

/** Decodes a value as UTF-8, or as Latin-1 if it is not. */
function decode(latin1: string): string {
	try {
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
			Buffer.from(latin1, 'latin1'),
		);
	} catch {
		return latin1;
	}
}

/**
 * Returns the parameters of a header by their names in lower case, like Python's email package: quoted values with
 * escapes; extended ones (`filename*`, RFC 2231) take precedence.
 */
export function parametersOf(header: string): Map<string, string> {
	const plain: [string, string][] = [];
	const extended: [string, string][] = [];
	for (const [, key, value] of header.matchAll(
		/;\s*([^;="]+?)\s*=\s*("(?:[^"\\]|\\.)*"[^;]*|[^;]*)/gs,
	)) {
		const name = key.toLowerCase();
		const text = unquote(value.trim());
		if (name.endsWith('*')) extended.push([name.slice(0, -1), decodeExtended(text)]);
		else plain.push([name, text]);
	}
	return new Map([...plain, ...extended]);
}

function unquote(value: string): string {
	if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
	return value.slice(1, -1).replace(/\\\\/g, '\\').replace(/\\"/g, '"');
}

/** Decodes `UTF-8''a%20b`; the charset is not used. */
function decodeExtended(value: string): string {
	const bytes = value.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
		String.fromCharCode(parseInt(code, 16)),
	);
	const parts = bytes.split("'");
	return parts.length > 2 ? parts.slice(2).join("'") : bytes;
}
