import {
	type IExecuteFunctions,
	type IHookFunctions,
	type INodePropertyCollection,
	type IPollFunctions,
	type IWebhookFunctions,
	NodeOperationError,
} from 'n8n-workflow';

import { parseUserDate } from '../dates';
import { secretsOf } from '../http/secrets';
import { isJsonObject, textOf } from '../http/service';
import { parseHttpUrl } from '../text';
import { type Field, invalidParameter, isShown, type ParameterSource, type Values } from './schema';
import {
	type Check,
	checkFiles,
	checkHosts,
	checkList,
	checkLocator,
	checkText,
	EMPTY_ADVICE,
	fail,
	isBlank,
	mustNotBeEmpty,
} from './textChecks';

/** The parameter source of one input item. */
export const itemSource = (functions: IExecuteFunctions, itemIndex: number): ParameterSource => ({
	functions,
	raw: functions.getNode().parameters,
	timezone: functions.getTimezone(),
	itemIndex,
	read: (name, fallback) => functions.getNodeParameter(name, itemIndex, fallback as object),
});

/** The parameter source of a trigger, or of a node that n8n calls at its resume URL. */
export const triggerSource = (
	functions: IWebhookFunctions | IPollFunctions | IHookFunctions,
): ParameterSource => ({
	functions,
	raw: functions.getNode().parameters,
	timezone: functions.getTimezone(),
	read: (name, fallback) => functions.getNodeParameter(name, fallback as object),
});

/**
 * Reads the fields that n8n shows for the current values and validates each against its description: type, options,
 * limits, and whether it is required. Hidden fields are omitted.
 *
 * - text: a string; numbers and dates are converted. With `takes: 'list'` an array of strings.
 * - number: finite, within its limits, whole unless `numberPrecision` allows decimals
 * - dateTime: milliseconds since 1970; undefined if it is empty
 * - resourceLocator: the ID as text, extracted from a URL; '' if it is empty and not required
 * @throws NodeOperationError that names the field, before the caller has sent anything
 */
export function readParameters(source: ParameterSource, fields: readonly Field[]): Values {
	const values: Values = {};
	for (const field of fields) {
		if (!isShown(field, values, values)) continue;
		const value = readValue(source, field);
		// Spaces count as filled in: the user wanted something other than an empty field.
		const isFilledIn = ![undefined, null, ''].includes(source.raw[field.name] as string);
		const checked = checkValue({ source, field, isGiven: isFilledIn }, value, values);
		if (checked !== NO_VALUE) values[field.name] = checked;
	}
	return values;
}

/** @throws NodeOperationError that names the field whose expression fails, because n8n's error does not */
function readValue(source: ParameterSource, field: Field): unknown {
	try {
		return source.read(field.name, field.default);
	} catch (error) {
		const { functions, itemIndex } = source;
		const own = isJsonObject(error) ? textOf(error.description) : undefined;
		const place = `The expression is in the field “${field.displayName}”.`;
		throw new NodeOperationError(functions.getNode(), error as Error, {
			description: [own, place].filter(Boolean).join(' '),
			itemIndex,
		});
	}
}

/** Stands for the value of a field without one, such as a notice. */
const NO_VALUE = Symbol('no value');

/**
 * Validates a value against the description of its field and converts it to the described type; returns {@link NO_VALUE}
 * for a field without a value.
 * @param root the top-level values, for display conditions that start with a slash
 * @throws NodeOperationError that names the field
 */
function checkValue(check: Check, value: unknown, root: Values): unknown {
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

/** Trims a text; undefined if it is empty. */
export const optionalText = (text: string | undefined): string | undefined =>
	text?.trim() || undefined;

type Source = Pick<ParameterSource, 'functions' | 'itemIndex'>;

/**
 * Returns the trimmed text of a field, and registers a password in it as a secret.
 * @throws NodeOperationError unless it is an http or https URL
 */
export function requireHttpUrl(source: Source, label: string, text: string): string {
	const url = parseHttpUrl(text);
	if (url) {
		secretsOf(source.functions).addPasswordIn(url);
		return text.trim();
	}
	const advice = 'It must start with https:// or http://.';
	throw invalidParameter(source, label, 'is not a valid URL', advice);
}

/**
 * Returns the time in a field, milliseconds since 1970.
 * @throws NodeOperationError unless it is in the future
 */
export function requireFuture(source: Source, label: string, time: number): number {
	if (time > Date.now()) return time;
	throw invalidParameter(source, label, 'is in the past', 'Select a date and time in the future.');
}
