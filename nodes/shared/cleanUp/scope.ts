import { textOf } from '../service';

/** Whether something lies within what the user wants to clean up. A text says why it is kept and reported all the same. */
export type Within = boolean | string;

/** One condition of a scope. */
export interface Condition {
	/** What is compared: “title”. */
	label: string;
	/** What the service reports. */
	value: unknown;
	fits(value: string): boolean;
}

/** Whether all conditions are met. What the service does not report meets none, and is not known to fail one either. */
export function meetsAll(conditions: readonly Condition[]): Within {
	const isOutside = conditions.some(({ value, fits }) => {
		const text = textOf(value);
		return text !== undefined && !fits(text);
	});
	if (isOutside) return false;
	const unknown = conditions.find(({ value }) => textOf(value) === undefined);
	return unknown ? `The service does not report its ${unknown.label}` : true;
}
