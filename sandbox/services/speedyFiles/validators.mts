import { checkEmail } from './email.mts';
import type { ValidationIssue } from './error.mts';
import { PythonFloat } from './pythonJson.mts';

/** The problem with a value. */
type Issue = Pick<ValidationIssue, 'type' | 'msg' | 'ctx'>;

/** Validates a value and returns the parsed value or the problem (pydantic 2.10, lax mode). */
export type Validator<T> = (input: unknown) => { value: T } | { complaint: Issue };

const issue = (type: string, msg: string, ctx?: Record<string, unknown>) => ({
	complaint: { type, msg, ...(ctx && { ctx }) },
});

const characters = (count: number) => `${count} character${count === 1 ? '' : 's'}`;

/** A string with a length in this range. */
export function text({ min = 0, max }: { min?: number; max: number }): Validator<string> {
	return (input) => {
		if (typeof input !== 'string') return issue('string_type', 'Input should be a valid string');
		if (/\p{Surrogate}/u.test(input)) {
			const msg = 'Input should be a valid string, unable to parse raw data as a unicode string';
			return issue('string_unicode', msg);
		}
		const length = [...input].length;
		if (length < min) {
			const msg = `String should have at least ${characters(min)}`;
			return issue('string_too_short', msg, { min_length: min });
		}
		if (length > max) {
			const msg = `String should have at most ${characters(max)}`;
			return issue('string_too_long', msg, { max_length: max });
		}
		return { value: input };
	};
}

/** An integer; pydantic also accepts "14", 14.0 and true. */
export function int({ ge, le = Infinity }: { ge: number; le?: number }): Validator<number> {
	return (input) => {
		const read = wholeNumber(input);
		if ('complaint' in read) return read;
		if (read.value < ge) {
			const msg = `Input should be greater than or equal to ${ge}`;
			return issue('greater_than_equal', msg, { ge });
		}
		if (read.value > le) {
			return issue('less_than_equal', `Input should be less than or equal to ${le}`, { le });
		}
		return read;
	};
}

const wholeNumber: Validator<number> = (input) => {
	if (typeof input === 'boolean') return { value: Number(input) };
	if (typeof input === 'string') {
		if (/^\s*[+-]?\d+(?:_\d+)*(?:\.0+)?\s*$/.test(input)) {
			return { value: Number(input.replaceAll('_', '')) };
		}
		const msg = 'Input should be a valid integer, unable to parse string as an integer';
		return issue('int_parsing', msg);
	}
	if (typeof input === 'number' || typeof input === 'bigint') return { value: Number(input) };
	if (!(input instanceof PythonFloat)) return issue('int_type', 'Input should be a valid integer');
	const { value } = input;
	if (!Number.isFinite(value)) return issue('finite_number', 'Input should be a finite number');
	if (Number.isInteger(value)) return { value };
	const msg = 'Input should be a valid integer, got a number with a fractional part';
	return issue('int_from_float', msg);
};

/** One of several strings. */
export function oneOf<T extends string>(...words: T[]): Validator<T> {
	const quoted = words.map((word) => `'${word}'`);
	const expected = [quoted.slice(0, -1).join(', '), quoted.at(-1)].join(' or ');
	return (input) => {
		const found = words.find((word) => word === input);
		if (found !== undefined) return { value: found };
		return issue('literal_error', `Input should be ${expected}`, { expected });
	};
}

/** A valid email address. */
export const email: Validator<string> = (input) => {
	const read = text({ max: Infinity })(input);
	if ('complaint' in read) return read;
	const checked = checkEmail(read.value);
	if ('address' in checked) return { value: checked.address };
	const { reason } = checked;
	return issue('value_error', `value is not a valid email address: ${reason}`, { reason });
};

/** The same validator, also accepting null. */
export function nullable<T>(rule: Validator<T>): Validator<T | null> {
	return (input) => (input === null ? { value: null } : rule(input));
}
