import {
	type IExecuteFunctions,
	type IHookFunctions,
	type IPollFunctions,
	type IWebhookFunctions,
	NodeOperationError,
} from 'n8n-workflow';

import { isJsonObject, textOf } from '../http/service';
import { parseHttpUrl } from '../text';
import { checkValue, NO_VALUE } from './checks';
import { type Field, invalidParameter, isShown, type ParameterSource, type Values } from './schema';

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

/** Trims a text; undefined if it is empty. */
export const optionalText = (text: string | undefined): string | undefined =>
	text?.trim() || undefined;

type Source = Pick<ParameterSource, 'functions' | 'itemIndex'>;

/**
 * Returns the trimmed text of a field.
 * @throws NodeOperationError unless it is an http or https URL
 */
export function requireHttpUrl(source: Source, label: string, text: string): string {
	if (parseHttpUrl(text)) return text.trim();
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
