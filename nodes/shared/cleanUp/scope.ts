import { textOf } from '../http/service';

/** Whether an item is within the scope. A text explains why that is unknown: the item is kept and reported. */
export type Within = boolean | string;

/** One condition of a scope. */
export interface Condition {
	/** The name of the compared property: “title”. */
	label: string;
	/** The value from the service. */
	value: unknown;
	fits(value: string): boolean;
}

/** Whether all conditions are met. A value that the service does not report leaves the result unknown. */
export function meetsAll(conditions: readonly Condition[]): Within {
	const isOutside = conditions.some(({ value, fits }) => {
		const text = textOf(value);
		return text !== undefined && !fits(text);
	});
	if (isOutside) return false;
	const unknown = conditions.find(({ value }) => textOf(value) === undefined);
	return unknown ? `The service does not report its ${unknown.label}` : true;
}
