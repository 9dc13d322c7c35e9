import type { IBinaryData } from 'n8n-workflow';

import { isDate, isDateTime } from '../dates';
import { parseHosts } from '../http/addresses';
import { invalidIdError } from '../http/errors';
import { isJsonObject, type JsonRecord, textOf } from '../http/service';
import { decodePercents, isBlankText, MAX_URL_LENGTH, withoutBlanks } from '../text';
import {
	type Field,
	type FileReference,
	invalidParameter,
	MISSING_VALUES,
	type ParameterSource,
} from './schema';

/** A field to validate, and its source. */
export interface Check {
	source: ParameterSource;
	field: Field;
	/** Whether the user filled in the field or added it to a collection. */
	isGiven: boolean;
}

export function checkText(check: Check, value: unknown): string {
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
export function checkList(check: Check, value: unknown): string[] {
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
export function checkHosts(check: Check, value: unknown): string[] {
	const hosts = parseHosts(checkText(check, value));
	if (hosts.length === 0 && mustNotBeEmpty(check)) throw fail(check, 'is empty', EMPTY_ADVICE);
	return hosts;
}

/** Accepts names of file fields, separated by commas, and n8n's objects that describe a file. */
export function checkFiles(check: Check, value: unknown): FileReference[] {
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
export function checkLocator(check: Check, value: unknown): string {
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
	const id = withoutSecret(check.field, isUrl ? decodePercents(segment) : segment).trim();
	if (id === '' || MISSING_VALUES.has(id)) throw invalidId(check, displayName, 'is empty');
	return id;
}

/** Cuts off a secret. A text that is too long for a pattern is cut at its first #. */
function withoutSecret({ secretFragment }: Field, text: string): string {
	if (!secretFragment) return text;
	return text.replace(text.length <= MAX_URL_LENGTH ? secretFragment : /#.*/s, '');
}

const invalidId = ({ source }: Check, label: string, problem: string) =>
	invalidIdError(source.functions.getNode(), label, problem, source.itemIndex);

export const mustNotBeEmpty = ({ field, isGiven }: Check): boolean =>
	field.required === true || (field.isSafeguard === true && isGiven);

export const isBlank = (value: unknown): boolean =>
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

export const fail = ({ source, field }: Check, problem: string, advice: string) =>
	invalidParameter(source, field.displayName, problem, advice);
