import type { IBinaryData, INodePropertyCollection } from 'n8n-workflow';

import { isDate, isDateTime, parseUserDate } from '../dates';
import { parseHosts } from '../http/addresses';
import { invalidIdError } from '../http/errors';
import { isJsonObject, type JsonRecord, textOf } from '../http/service';
import { isBlankText, MAX_URL_LENGTH, withoutBlanks } from '../text';
import {
	type Field,
	type FileReference,
	invalidParameter,
	isShown,
	MISSING_VALUES,
	type ParameterSource,
	type Values,
} from './schema';

/** Stands for the value of a field without one, such as a notice. */
export const NO_VALUE = Symbol('no value');

/** A field to validate, and its source. */
export interface Check {
	source: ParameterSource;
	field: Field;
	/** Whether the user filled in the field or added it to a collection. */
	isGiven: boolean;
}

/**
 * Validates a value against the description of its field and converts it to the described type; returns {@link NO_VALUE}
 * for a field without a value.
 * @param root the top-level values, for display conditions that start with a slash
 * @throws NodeOperationError that names the field
 */
export function checkValue(check: Check, value: unknown, root: Values): unknown {
	const { field } = check;
	switch (field.type) {
		case 'notice':
			return NO_VALUE;
		case 'boolean':
			return checkBoolean(check, value);
		case 'number':
			return checkNumber(check, value);
		case 'options':
			return checkChoice(check, value);
		case 'multiOptions':
			return checkChoices(check, value);
		case 'dateTime':
			return checkDate(check, value);
		case 'resourceLocator':
			return checkLocator(check, value);
		case 'collection':
			return checkCollection(check, value, root);
		case 'fixedCollection':
			return checkFixedCollection(check, value, root);
		default:
			if (field.takes === 'list') return checkList(check, value);
			if (field.takes === 'hosts') return checkHosts(check, value);
			if (field.takes === 'files') return checkFiles(check, value);
			if (field.takes === 'id') return checkLocator(check, value);
			return checkText(check, value);
	}
}

function checkBoolean(check: Check, value: unknown): boolean {
	const normalized = typeof value === 'string' ? value.trim().toLowerCase() : value;
	if (normalized === true || normalized === 'true') return true;
	if (normalized === false) return false;
	if (normalized === 'false') return check.field.needsRealFalse === true;
	throw fail(
		check,
		isBlank(value) ? 'is empty' : 'must be true or false',
		'Turn it on or off, or use an expression that returns true or false.',
	);
}

/** A decimal number as text. `Number()` would also accept '', '0x10' and 'Infinity'. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function checkNumber(check: Check, value: unknown): number {
	const { minValue = -Infinity, maxValue = Infinity, numberPrecision = 0 } = limitsOf(check.field);
	const number =
		typeof value === 'number'
			? value
			: typeof value === 'bigint' || (typeof value === 'string' && NUMBER.test(value.trim()))
				? Number(value)
				: NaN;
	const isWhole = numberPrecision > 0 ? Number.isFinite(number) : Number.isSafeInteger(number);
	if (isWhole && number >= minValue && number <= maxValue) return number;
	const example = Number.isFinite(minValue) ? minValue : Math.min(1, maxValue);
	const advice = `Enter a number, for example ${example}.`;
	if (isBlank(value)) throw fail(check, 'is empty', advice);
	const kind = numberPrecision > 0 ? 'a number' : 'a whole number';
	throw fail(check, `must be ${kind}${rangeIn(minValue, maxValue)}`, advice);
}

function rangeIn(min: number, max: number): string {
	if (min === -Infinity) return max === Infinity ? '' : ` of ${max} or less`;
	return max === Infinity ? ` of ${min} or more` : ` from ${min} to ${max}`;
}

const limitsOf = ({ typeOptions = {} }: Field) => typeOptions;

/** Returns the values of the field's options; undefined if n8n loads them at run time. */
function choicesOf({ options }: Field): unknown[] | undefined {
	const choices = (options ?? []).flatMap((option) => ('value' in option ? [option.value] : []));
	return choices.length > 0 ? choices : undefined;
}

function checkChoice(check: Check, value: unknown): unknown {
	const choices = choicesOf(check.field);
	const chosen = typeof value === 'string' ? value.trim() : value;
	if (choices?.includes(chosen)) return chosen;
	throw fail(check, unknownChoice(chosen), `Select one of: ${(choices ?? []).join(', ')}.`);
}

function checkChoices(check: Check, value: unknown): unknown[] {
	const choices = choicesOf(check.field) ?? [];
	const chosen = isBlank(value) ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
	const advice = `Select from: ${choices.join(', ')}.`;
	const unknown = chosen.findIndex((one) => !choices.includes(one));
	if (unknown >= 0) throw fail(check, unknownChoice(chosen[unknown]), advice);
	if (chosen.length === 0 && mustNotBeEmpty(check)) throw fail(check, 'is empty', advice);
	return [...new Set(chosen)];
}

function unknownChoice(value: unknown): string {
	if (isBlank(value)) return 'is empty';
	const isShort = ['string', 'number', 'boolean'].includes(typeof value);
	return isShort ? `has the unknown value “${String(value).slice(0, 60)}”` : 'has an unknown value';
}

function checkDate(check: Check, value: unknown): number | undefined {
	if (isBlank(value)) {
		if (mustNotBeEmpty(check)) throw fail(check, 'is empty', DATE_ADVICE);
		return undefined;
	}
	const milliseconds = parseUserDate(value, check.source.timezone);
	if (milliseconds === undefined) throw fail(check, 'is not a valid date', DATE_ADVICE);
	return milliseconds;
}

const DATE_ADVICE = 'Select a date or enter one in ISO format, for example 2030-01-31T12:00:00Z.';

function checkText(check: Check, value: unknown): string {
	const text = isLostProtection(check.field, value) ? undefined : textFrom(value);
	if (text === undefined) {
		const kind = Array.isArray(value) ? 'a list' : 'an object';
		throw fail(
			check,
			typeof value === 'object' && value !== null ? `must be text, not ${kind}` : 'must be text',
			'Use an expression that returns a single text, for example {{ $json.name }}.',
		);
	}
	if (!text.isWellFormed()) throw fail(check, INCOMPLETE_CHARACTER, INCOMPLETE_ADVICE);
	if (isMissingPassword(check, text)) throw fail(check, `is “${text.trim()}”`, EMPTY_ADVICE);
	if (isBlankText(text) && mustNotBeEmpty(check)) throw fail(check, 'is empty', EMPTY_ADVICE);
	return text;
}

/** Whether a condition such as `$json.isPrivate && $json.password` has returned its first part instead of the protection. */
function isLostProtection({ isSafeguard, typeOptions }: Field, value: unknown): boolean {
	const isPassword = typeOptions?.password === true;
	if (typeof value === 'boolean') return isPassword || isSafeguard === true;
	return isPassword && value === 0;
}

/** Whether an expression has returned the text of a missing value as a password, which anyone could guess. */
function isMissingPassword({ source, field }: Check, text: string): boolean {
	const raw = source.raw[field.name];
	const isExpression = typeof raw === 'string' && raw.startsWith('=');
	return field.typeOptions?.password === true && isExpression && MISSING_VALUES.has(text.trim());
}

/** What the user can do about an empty field. */
export const EMPTY_ADVICE =
	'Enter a value, or check that the expression in this field returns one.';
const INCOMPLETE_CHARACTER = 'contains an incomplete character';
const INCOMPLETE_ADVICE =
	'The text was cut in the middle of a character such as an emoji. Cut it at another position.';

/** Accepts several texts: an array, also as JSON, in which AI agents write lists, or one text per line. */
function checkList(check: Check, value: unknown): string[] {
	const list = Array.isArray(value) ? (value as unknown[]) : listInJson(value);
	const parts = list ?? [value];
	const texts = parts.map((part) => checkText({ ...check, isGiven: false }, part));
	const lines = list ? texts : texts.flatMap((text) => text.split(/\r?\n/));
	const filled = lines.map((line) => line.trim()).filter(Boolean);
	if (filled.length === 0 && mustNotBeEmpty(check)) throw fail(check, 'is empty', EMPTY_ADVICE);
	return filled;
}

/** Returns the array in a JSON text; undefined for any other value. */
function listInJson(value: unknown): unknown[] | undefined {
	if (typeof value !== 'string' || !/^\s*\[[^]*\]\s*$/.test(value)) return undefined;
	try {
		return JSON.parse(value) as unknown[];
	} catch {
		return undefined;
	}
}

/** Accepts host names. A text that contains only separators is empty, and would allow every host. */
function checkHosts(check: Check, value: unknown): string[] {
	const hosts = parseHosts(checkText(check, value));
	if (hosts.length === 0 && mustNotBeEmpty(check)) throw fail(check, 'is empty', EMPTY_ADVICE);
	return hosts;
}

/** Accepts names of file fields, separated by commas, and n8n's objects that describe a file. */
function checkFiles(check: Check, value: unknown): FileReference[] {
	const parts = Array.isArray(value) ? (value as unknown[]) : [value];
	const files = parts.flatMap((part): FileReference[] => {
		const objects = isJsonObject(part) ? filesIn(part) : undefined;
		if (objects) return objects;
		return checkText({ ...check, isGiven: false }, part)
			.split(',')
			.map((name) => name.trim())
			.filter(Boolean);
	});
	if (files.length === 0 && mustNotBeEmpty(check)) throw fail(check, 'is empty', EMPTY_ADVICE);
	return files;
}

/** Returns the files in n8n's object for one file, or in its object for all files of an item. */
function filesIn(value: JsonRecord): IBinaryData[] | undefined {
	const members = isFile(value) ? [value] : Object.values(value);
	return members.length > 0 && members.every(isFile) ? members : undefined;
}

/** Any of the three is enough: n8n's expressions omit `data`, so a file without a storage ID has only its name. */
const isFile = (value: unknown): value is IBinaryData =>
	isJsonObject(value) &&
	textOf(value.mimeType) !== undefined &&
	['id', 'data', 'fileName'].some((name) => textOf(value[name]) !== undefined);

/** Validates an ID. A value that is neither text nor a list is reported as an empty ID. */
function checkLocator(check: Check, value: unknown): string {
	const { displayName, modes } = check.field;
	const { mode, value: given } =
		isJsonObject(value) && 'mode' in value ? value : { mode: 'id', value };
	const text = typeof given === 'boolean' ? '' : withoutBlanks(textFrom(given) ?? '');
	if (text === '' || MISSING_VALUES.has(text)) {
		if (!mustNotBeEmpty(check) && isBlank(given)) return '';
		if (Array.isArray(given))
			throw invalidId(check, displayName, 'must be a single ID, not a list');
		throw invalidId(check, displayName, 'is empty');
	}
	if (!text.isWellFormed()) throw invalidId(check, displayName, 'is not valid');
	// A URL is accepted in every mode, because AI agents and expressions do not select one.
	const isUrl = mode === 'url' || /^https?:/i.test(text);
	const extract = modes?.find(({ name }) => name === 'url')?.extractValue;
	const isReadable = extract !== undefined && text.length <= MAX_URL_LENGTH;
	const segmentOfUrl = isReadable ? new RegExp(extract.regex).exec(text)?.[1] : undefined;
	const segment = isUrl ? segmentOfUrl : text;
	if (!segment) {
		throw invalidId(check, displayName, `is not a valid ${displayName.toLowerCase()} URL`);
	}
	const id = withoutSecret(check.field, isUrl ? decoded(segment) : segment).trim();
	if (id === '' || MISSING_VALUES.has(id)) throw invalidId(check, displayName, 'is empty');
	return id;
}

/** Cuts off a secret. A text that is too long for a pattern is cut at its first #. */
function withoutSecret({ secretFragment }: Field, text: string): string {
	if (!secretFragment) return text;
	return text.replace(text.length <= MAX_URL_LENGTH ? secretFragment : /#.*/s, '');
}

/** Decodes a URL segment; a segment that is not valid percent-encoding is returned unchanged. */
function decoded(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}

const invalidId = ({ source }: Check, label: string, problem: string) =>
	invalidIdError(source.functions.getNode(), label, problem, source.itemIndex);

function checkCollection(check: Check, value: unknown, root: Values): Values {
	const { field, source } = check;
	if (isBlank(value)) return {};
	if (!isJsonObject(value)) throw fail(check, 'must be a collection of options', EMPTY_ADVICE);
	const values: Values = {};
	for (const member of (field.options ?? []) as Field[]) {
		if (!Object.hasOwn(value, member.name) || !isShown(member, values, root)) continue;
		const checked = checkValue({ source, field: member, isGiven: true }, value[member.name], root);
		if (checked !== NO_VALUE) values[member.name] = checked;
	}
	return values;
}

function checkFixedCollection(check: Check, value: unknown, root: Values): Values {
	const { field, source } = check;
	if (isBlank(value)) return {};
	if (!isJsonObject(value)) throw fail(check, 'must be a collection of values', EMPTY_ADVICE);
	const values: Values = {};
	for (const group of (field.options ?? []) as INodePropertyCollection[]) {
		const given = value[group.name];
		if (given === undefined || given === null) continue;
		const entries = Array.isArray(given) ? (given as unknown[]) : [given];
		const checked = entries.map((entry) => {
			const collection: Field = { ...field, type: 'collection', options: group.values };
			const defaults = Object.fromEntries(
				group.values.map(({ name, default: value }) => [name, value]),
			);
			if (!isJsonObject(entry)) throw fail(check, 'must be a collection of values', EMPTY_ADVICE);
			return checkCollection(
				{ ...check, source, field: collection },
				{ ...defaults, ...entry },
				root,
			);
		});
		values[group.name] = field.typeOptions?.multipleValues ? checked : (checked[0] ?? {});
	}
	return values;
}

const mustNotBeEmpty = ({ field, isGiven }: Check): boolean =>
	field.required === true || (field.isSafeguard === true && isGiven);

const isBlank = (value: unknown): boolean =>
	value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** Converts a text, number, boolean or date to text; undefined for anything else. */
function textFrom(value: unknown): string | undefined {
	if (value === undefined || value === null) return '';
	if (typeof value === 'string') return value;
	if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
	if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
	if (isDate(value)) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
	if (isDateTime(value)) return value.toISO() ?? undefined;
	return undefined;
}

const fail = ({ source, field }: Check, problem: string, advice: string) =>
	invalidParameter(source, field.displayName, problem, advice);
