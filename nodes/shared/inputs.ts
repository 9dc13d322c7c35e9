import type { INodeProperties } from 'n8n-workflow';
import { NodeOperationError, tryToParseDateTime } from 'n8n-workflow';

import type { ItemContext } from './operation';

/** A field that the user has to correct; `what` goes on from its label: “is empty”. */
export function wrong(item: ItemContext, label: string, what: string, description: string) {
	return new NodeOperationError(item.functions.getNode(), `The field “${label}” ${what}`, {
		description,
		itemIndex: item.itemIndex,
	});
}

/**
 * A moment that the user has chosen, in milliseconds since 1970; without an offset it is in the time zone of the
 * workflow.
 * @throws NodeOperationError that names the field
 */
export function chosenDate(item: ItemContext, label: string, value: unknown): number {
	try {
		return tryToParseDateTime(value, item.functions.getTimezone()).toMillis();
	} catch {
		throw wrong(
			item,
			label,
			value ? 'is no date' : 'is empty',
			'Choose a date, or enter one like 2030-01-31T12:00:00Z.',
		);
	}
}

/** @throws NodeOperationError that names the field, for anything but a whole number from `min` to `max` */
export function wholeNumber(
	item: ItemContext,
	label: string,
	value: unknown,
	{ min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number },
): number {
	const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
	if (Number.isSafeInteger(number) && number >= min && number <= max) return number;
	const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
	throw wrong(item, label, `is no whole number ${range}`, `Enter for example ${min}.`);
}

/** The text of a field without spaces around it; undefined where it is empty. */
export function optionalText(value: unknown): string | undefined {
	return String(value ?? '').trim() || undefined;
}

/**
 * The text of a required field without spaces around it; an expression may have left it empty.
 * @throws NodeOperationError that names the field
 */
export function requiredText(
	item: ItemContext,
	{ name, displayName }: Pick<INodeProperties, 'name' | 'displayName'>,
): string {
	const text = optionalText(item.parameter(name));
	if (text) return text;
	throw wrong(
		item,
		displayName,
		'is empty',
		'Fill it in, or check the expression that it comes from.',
	);
}
