/**
 * Advice that names a field of the node. Many errors can occur in operations with and without the field, so it is only
 * added to the error of an operation that shows the field, with the label that it has there.
 */
export interface OptionAdvice {
	/**
	 * The names of the fields that help, of which the first one that is shown is named: of an option or, if the operation
	 * has no such option, of a field. The path of a field in a collection has dots.
	 */
	fields: readonly string[];
	/** A further field that the operation has to show, to tell apart operations that have fields with the same name. */
	with?: string;
	/** @param place “Cache” under Options */
	text(place: string): string;
}

const advice = new WeakMap<object, readonly OptionAdvice[]>();

/** Adds advice to an error that has not reached the operation yet. */
export function withOptionAdvice<E extends object>(error: E, ...more: readonly OptionAdvice[]): E {
	if (more.length > 0) advice.set(error, [...optionAdviceOf(error), ...more]);
	return error;
}

/** Returns the advice of an error, in the order in which it was added. */
export const optionAdviceOf = (error: object): readonly OptionAdvice[] => advice.get(error) ?? [];

/** Advice for a service that limits the requests per time. */
export const FEWER_AT_ONCE: OptionAdvice = {
	fields: ['batching.batch.itemsAtOnce', 'deletionsAtOnce'],
	text: (place) => `It may also help to lower ${place}.`,
};

/** Advice for a transfer without progress. */
export const LONGER_STALL: OptionAdvice = {
	fields: ['stallSeconds', 'timeoutSeconds'],
	text: (place) => `If this happens again, increase ${place}.`,
};

/** Advice for a response that takes longer than the user allows. */
export const LONGER_TIMEOUT: OptionAdvice = {
	fields: ['timeoutSeconds'],
	text: LONGER_STALL.text,
};

/** The field that all uploads have and downloads do not. */
const ONLY_UPLOADS = { with: 'source' };

/** Advice for a file that is too large for one request, but may be sent in parts. */
export const SPLIT_SMALLER: OptionAdvice = {
	...ONLY_UPLOADS,
	fields: ['thresholdMb'],
	text: (place) => `Lower ${place}.`,
};

/** Advice for a part that is too large. */
export const SMALLER_PARTS: OptionAdvice = {
	...ONLY_UPLOADS,
	fields: ['partSizeMb'],
	text: (place) => `Lower ${place}.`,
};

/** The same for a service whose response is the same for a file and for a chunk. */
export const SMALLER_REQUESTS: readonly OptionAdvice[] = [
	SPLIT_SMALLER,
	{ ...SMALLER_PARTS, text: (place) => `If a chunk was rejected, lower ${place}.` },
];
