/**
 * JSON as Python's json module reads and Starlette's JSONResponse writes it. It differs from JavaScript's: integers of any
 * length, floats that stay floats, NaN and Infinity in requests, and responses that fail for some of these values.
 */

/** A number with a fraction or an exponent, or NaN or Infinity. */
export class PythonFloat {
	constructor(readonly value: number) {}

	/** For the sandbox's own log. */
	toJSON(): number | string {
		return Number.isFinite(this.value) ? this.value : String(this.value);
	}
}

/** A body that is not JSON and not UTF-8 either. */
export class Undecodable {}

/** A value that the service cannot write into a response; it responds with 500. */
export class UnencodableError extends Error {}

/** Error of Python's json module, and its position (characters from 0). */
export class JsonDecodeError extends Error {
	constructor(
		readonly error: string,
		readonly position: number,
	) {
		super(error);
	}
}

/** Python converts no longer integers. */
const MAX_DIGITS = 4300;

/** Responses with deeper values exceed Python's recursion limit (measured with 990). */
const MAX_DEPTH = 990;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORD = /null|true|false|NaN|-?Infinity/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

const WORDS: Readonly<Record<string, unknown>> = {
	null: null,
	true: true,
	false: false,
	NaN: new PythonFloat(NaN),
	Infinity: new PythonFloat(Infinity),
	'-Infinity': new PythonFloat(-Infinity),
};

/**
 * Parses JSON. Integers beyond JavaScript's safe ones are `bigint`, floats {@link PythonFloat}.
 * @throws {JsonDecodeError} for invalid JSON
 * @throws {RangeError} if it is nested too deeply or has a number of more than 4,300 digits
 */
export function parsePythonJson(text: string): unknown {
	return new Parser(text).parse();
}

class Parser {
	#at = 0;

	constructor(readonly text: string) {}

	parse(): unknown {
		this.#skip(SPACE);
		const value = this.#value();
		this.#skip(SPACE);
		if (this.#at < this.text.length) this.#fail('Extra data');
		return value;
	}

	#fail(error: string, at = this.#at): never {
		throw new JsonDecodeError(error, [...this.text.slice(0, at)].length);
	}

	/** Moves past a match of the pattern; returns the match. */
	#skip(pattern: RegExp): RegExpExecArray | null {
		pattern.lastIndex = this.#at;
		const match = pattern.exec(this.text);
		if (match) this.#at = pattern.lastIndex;
		return match;
	}

	#value(): unknown {
		switch (this.text[this.#at]) {
			case '{':
				return this.#object();
			case '[':
				return this.#array();
			case '"':
				return this.#string();
		}
		const word = this.#skip(WORD);
		if (word) return WORDS[word[0]];
		const number = this.#skip(NUMBER);
		if (!number) return this.#fail('Expecting value');
		const [digits, fraction, exponent] = number;
		if (fraction !== undefined || exponent !== undefined) return new PythonFloat(Number(digits));
		if (digits.replace('-', '').length > MAX_DIGITS) throw new RangeError('Too many digits');
		return Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits);
	}

	#object(): object {
		const object = Object.create(null) as Record<string, unknown>;
		this.#entries('}', () => {
			if (this.text[this.#at] !== '"') {
				this.#fail('Expecting property name enclosed in double quotes');
			}
			const name = this.#string();
			this.#skip(SPACE);
			if (this.text[this.#at] !== ':') this.#fail("Expecting ':' delimiter");
			this.#at += 1;
			this.#skip(SPACE);
			object[name] = this.#value();
		});
		return object;
	}

	#array(): unknown[] {
		const array: unknown[] = [];
		this.#entries(']', () => array.push(this.#value()));
		return array;
	}

	/** Reads the entries of an object or an array up to the closing bracket. */
	#entries(close: string, readEntry: () => void): void {
		this.#at += 1;
		this.#skip(SPACE);
		if (this.text[this.#at] === close) {
			this.#at += 1;
			return;
		}
		for (;;) {
			readEntry();
			this.#skip(SPACE);
			const mark = this.text[this.#at];
			if (mark !== close && mark !== ',') this.#fail("Expecting ',' delimiter");
			this.#at += 1;
			if (mark === close) return;
			this.#skip(SPACE);
		}
	}

	#string(): string {
		const from = this.#at;
		this.#at += 1;
		for (;;) {
			while (this.#at < this.text.length && isPlain(this.text[this.#at])) this.#at += 1;
			const mark = this.text[this.#at];
			if (mark === undefined) this.#fail('Unterminated string starting at', from);
			if (mark === '"') break;
			if (mark !== '\\') this.#fail('Invalid control character at');
			if (!this.#skip(ESCAPE)) {
				const isUnicode = this.text[this.#at + 1] === 'u';
				this.#fail(isUnicode ? 'Invalid \\uXXXX escape' : 'Invalid \\escape');
			}
		}
		this.#at += 1;
		return JSON.parse(this.text.slice(from, this.#at)) as string;
	}
}

function isPlain(character: string): boolean {
	return character >= ' ' && character !== '"' && character !== '\\';
}

/**
 * Writes a value that was parsed with {@link parsePythonJson}.
 * @throws {UnencodableError} for NaN, Infinity, lone surrogates, undecodable text and values that are nested too deeply
 */
export function pythonJson(value: unknown, depth = 0): string {
	if (depth > MAX_DEPTH || value instanceof Undecodable) throw new UnencodableError();
	if (typeof value === 'bigint') return String(value);
	if (value instanceof PythonFloat) return repr(value.value);
	if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) throw new UnencodableError();
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map((one) => pythonJson(one, depth + 1)).join(',')}]`;
	const entries = Object.entries(value).filter(([, one]) => one !== undefined);
	const written = entries.map(
		([name, one]) => `${pythonJson(name, depth + 1)}:${pythonJson(one, depth + 1)}`,
	);
	return `{${written.join(',')}}`;
}

/** Formats a float as Python's repr: always with a fraction or an exponent. */
function repr(value: number): string {
	if (!Number.isFinite(value)) throw new UnencodableError();
	if (Object.is(value, -0)) return '-0.0';
	const [digits, power] = value.toExponential().split('e');
	const exponent = Number(power);
	if (value !== 0 && (exponent < -4 || exponent >= 16)) {
		const sign = exponent < 0 ? '-' : '+';
		return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
	}
	const plain = String(value);
	return plain.includes('.') ? plain : `${plain}.0`;
}
