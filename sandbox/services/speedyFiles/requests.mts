import { InternalServerError, type ValidationIssue, ValidationError } from './error.mts';
import { email, int, nullable, oneOf, type Validator, text } from './validators.mts';

export interface PackageCreate {
	title: string;
	recipient_email: string;
	recipient_name: string;
	direction: 'outbound' | 'inbound';
	ttl_days: number;
	note: string | null;
}

export interface TokenCreate {
	name: string;
	expires_in_days: number | null;
}

interface Field<T> {
	rule: Validator<T>;
	/** A field without a default is required. */
	default?: T;
}

type Fields<T> = { [Name in keyof T]: Field<T[Name]> };

/** SpeedyFiles source, app/routes/api.py: the fields in the order in which errors list them. */
const PACKAGE_CREATE: Fields<PackageCreate> = {
	title: { rule: text({ min: 1, max: 255 }) },
	recipient_email: { rule: email },
	recipient_name: { rule: text({ min: 1, max: 255 }) },
	direction: { rule: oneOf('outbound', 'inbound'), default: 'outbound' },
	ttl_days: { rule: int({ ge: 1, le: 90 }), default: 7 },
	note: { rule: nullable(text({ max: 4000 })), default: null },
};

const TOKEN_CREATE: Fields<TokenCreate> = {
	name: { rule: text({ min: 1, max: 128 }) },
	expires_in_days: { rule: nullable(int({ ge: 1, le: 3650 })), default: null },
};

const PAGE: Fields<{ limit: number; offset: number }> = {
	limit: { rule: int({ ge: 1, le: 200 }), default: 50 },
	offset: { rule: int({ ge: 0 }), default: 0 },
};

/** @throws {ValidationError} listing every invalid field */
export function packageCreate(body: unknown): PackageCreate {
	return readFields(objectBody(body), PACKAGE_CREATE, 'body');
}

/** @throws {ValidationError} listing every invalid field */
export function tokenCreate(body: unknown): TokenCreate {
	return readFields(objectBody(body), TOKEN_CREATE, 'body');
}

/**
 * Reads the paging parameters. The last value of a repeated parameter is used.
 * @throws {ValidationError} listing every invalid parameter
 */
export function page(query: unknown): { limit: number; offset: number } {
	const given = Object.entries(query as Record<string, string | string[]>);
	const last = given.map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]);
	const read = readFields(Object.fromEntries(last) as Record<string, unknown>, PAGE, 'query');
	requireInt64(last.find(([name]) => name === 'offset')?.[1] ?? '0');
	return read;
}

/** @throws {ValidationError} if the path contains no token ID */
export function tokenId(id: string): number {
	const fields: Fields<{ token_id: number }> = { token_id: { rule: int({ ge: 1 }) } };
	const { token_id } = readFields({ token_id: id }, fields, 'path');
	requireInt64(id);
	return token_id;
}

/** @throws {InternalServerError} if a valid integer exceeds SQLite's range of 64 bits */
function requireInt64(text: string): void {
	if (BigInt(text.trim().replace(/_|\.0+$|^\+/g, '')) >= 2n ** 63n) throw new InternalServerError();
}

/** Returns the 422 for a missing field. */
export function missing(...loc: string[]): ValidationError {
	return new ValidationError([{ type: 'missing', loc, msg: 'Field required', input: null }]);
}

function objectBody(body: unknown): Record<string, unknown> {
	if (body === null) throw missing('body');
	if (typeof body === 'object' && !Array.isArray(body)) return body as Record<string, unknown>;
	const msg = 'Input should be a valid dictionary or object to extract fields from';
	throw new ValidationError([{ type: 'model_attributes_type', loc: ['body'], msg, input: body }]);
}

function readFields<T extends object>(
	given: Record<string, unknown>,
	fields: Fields<T>,
	where: string,
): T {
	const faults: ValidationIssue[] = [];
	const read: Partial<T> = {};
	for (const name of Object.keys(fields) as (keyof T & string)[]) {
		const field: Field<T[typeof name]> = fields[name];
		const loc = [where, name];
		if (!Object.hasOwn(given, name)) {
			if (field.default === undefined) {
				faults.push({ type: 'missing', loc, msg: 'Field required', input: given });
			}
			read[name] = field.default;
			continue;
		}
		const input = given[name];
		const verdict = field.rule(input);
		if ('value' in verdict) read[name] = verdict.value;
		else {
			const { type, msg, ctx } = verdict.complaint;
			faults.push({ type, loc, msg, input, ...(ctx && { ctx }) });
		}
	}
	if (faults.length > 0) throw new ValidationError(faults);
	return read as T;
}
