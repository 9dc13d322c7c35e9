/** A value that a service rejects with 400. */
export class InvalidField extends Error {
	readonly statusCode = 400;
}

/**
 * Reads the fields of a request. JSON has typed values; queries and forms consist of strings; some clients also send
 * strings in JSON. Missing fields and null are read as `undefined`.
 */
export class Fields {
	readonly #values: ReadonlyMap<string, unknown>;
	readonly #typed: boolean;
	readonly #texts: boolean;

	private constructor(
		values: ReadonlyMap<string, unknown>,
		as: { typed: boolean; texts: boolean },
	) {
		this.#values = values;
		this.#typed = as.typed;
		this.#texts = as.texts;
	}

	/** @throws {InvalidField} if the body is not an object */
	static ofJson(body: unknown, { texts = false } = {}): Fields {
		if (typeof body !== 'object' || body === null || Array.isArray(body)) {
			throw new InvalidField('The request body must be a JSON object');
		}
		return new Fields(new Map(Object.entries(body)), { typed: true, texts });
	}

	static ofQuery(query: unknown): Fields {
		return new Fields(new Map(Object.entries(query as Record<string, unknown>)), TEXTS);
	}

	static ofForm(fields: ReadonlyMap<string, string>): Fields {
		return new Fields(fields, TEXTS);
	}

	/**
	 * Reads a string of at most `longest` characters, without NUL.
	 * @throws {InvalidField} like all methods here
	 */
	string(name: string, longest = 1000): string | undefined {
		const value = this.#values.get(name) ?? undefined;
		if (value === undefined) return undefined;
		if (typeof value !== 'string') throw new InvalidField(`${name} must be a string, given once`);
		if (value.length > longest) {
			throw new InvalidField(`${name} must not be longer than ${longest} characters`);
		}
		if (value.includes('\0')) throw new InvalidField(`${name} must not contain NUL characters`);
		// JSON can contain a lone surrogate, which neither headers nor file systems can represent.
		if (/\p{Surrogate}/u.test(value)) throw new InvalidField(`${name} must be valid Unicode`);
		return value;
	}

	/** Reads an integer within these bounds. */
	integer(name: string, minimum: number, maximum: number): number | undefined {
		const value = this.#values.get(name) ?? undefined;
		if (value === undefined) return undefined;
		const isDigits = typeof value === 'string' && /^-?\d{1,16}$/.test(value);
		const number = this.#texts && isDigits ? Number(value) : this.#typed ? value : NaN;
		if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
			throw new InvalidField(`${name} must be an integer`);
		}
		if (number < minimum) throw new InvalidField(`${name} must be at least ${minimum}`);
		if (number > maximum) throw new InvalidField(`${name} must be at most ${maximum}`);
		return number;
	}

	boolean(name: string): boolean | undefined {
		const value = this.#values.get(name) ?? undefined;
		if (value === undefined) return undefined;
		if (typeof value === 'boolean' && this.#typed) return value;
		if (this.#texts && (value === 'true' || value === 'false')) return value === 'true';
		throw new InvalidField(`${name} must be true or false`);
	}

	/** Reads one of several strings. */
	oneOf(name: string, values: readonly string[]): string | undefined {
		const value = this.string(name);
		if (value === undefined || values.includes(value)) return value;
		throw new InvalidField(`${name} must be one of ${values.join(', ')}`);
	}
}

const TEXTS = { typed: false, texts: true };

/** @throws {InvalidField} if the value is missing or an empty string */
export function required<T>(name: string, value: T | undefined): T {
	if (value === undefined || value === '') throw new InvalidField(`${name} is required`);
	return value;
}
