/** The error that Python's json module reports for invalid JSON, and its position (characters from 0). */
export interface DecodeError {
	error: string;
	position: number;
}

/** Carries the first error out of the recursion. */
class SyntaxFault extends Error {
	constructor(
		readonly error: string,
		readonly index: number,
	) {
		super(error);
	}
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /null|true|false/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Finds the error in `text`, which `JSON.parse` has rejected. */
export function decodeError(text: string): DecodeError {
	try {
		const end = skip(SPACE, text, value(text, skip(SPACE, text, 0)));
		throw new SyntaxFault(end < text.length ? 'Extra data' : 'Expecting value', end);
	} catch (fault) {
		if (!(fault instanceof SyntaxFault)) throw fault;
		return { error: fault.error, position: [...text.slice(0, fault.index)].length };
	}
}

/** Returns the index after the match of `pattern` at `from`, or `from` if it does not match. */
function skip(pattern: RegExp, text: string, from: number): number {
	pattern.lastIndex = from;
	return pattern.test(text) ? pattern.lastIndex : from;
}

function value(text: string, from: number): number {
	switch (text[from]) {
		case '{':
			return list(text, from, '}', (at) => {
				if (text[at] !== '"') {
					throw new SyntaxFault('Expecting property name enclosed in double quotes', at);
				}
				const colon = skip(SPACE, text, string(text, at));
				if (text[colon] !== ':') throw new SyntaxFault("Expecting ':' delimiter", colon);
				return value(text, skip(SPACE, text, colon + 1));
			});
		case '[':
			return list(text, from, ']', (at) => value(text, at));
		case '"':
			return string(text, from);
		default: {
			const end = skip(WORD, text, skip(NUMBER, text, from));
			if (end === from) throw new SyntaxFault('Expecting value', from);
			return end;
		}
	}
}

/** Parses an object or an array up to the closing bracket. */
function list(text: string, from: number, close: string, entry: (at: number) => number): number {
	let at = skip(SPACE, text, from + 1);
	if (text[at] === close) return at + 1;
	for (;;) {
		at = skip(SPACE, text, entry(at));
		if (text[at] === close) return at + 1;
		if (text[at] !== ',') throw new SyntaxFault("Expecting ',' delimiter", at);
		at = skip(SPACE, text, at + 1);
	}
}

function string(text: string, from: number): number {
	for (let at = from + 1; ; ) {
		while (at < text.length && isPlain(text[at])) at += 1;
		if (text[at] === '"') return at + 1;
		if (at >= text.length) throw new SyntaxFault('Unterminated string starting at', from);
		if (text[at] !== '\\') throw new SyntaxFault('Invalid control character at', at);
		const behind = skip(ESCAPE, text, at);
		if (behind === at) {
			throw new SyntaxFault(
				text[at + 1] === 'u' ? 'Invalid \\uXXXX escape' : 'Invalid \\escape',
				at,
			);
		}
		at = behind;
	}
}

function isPlain(character: string): boolean {
	return character >= ' ' && character !== '"' && character !== '\\';
}
