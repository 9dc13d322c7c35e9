import type { IDataObject } from 'n8n-workflow';

import type { Dated } from './expiry';
import type { Reading } from './clock';
import type { Within } from './scope';

/** An item of the service's list. */
export interface Found extends Dated {
	/** Undefined if the list contains none. */
	id?: string;
	/** Undefined if the list contains none, or one that is not text. */
	name?: string;
	/** Further names from the service; a protected text in one of them keeps the item as well. */
	otherNames?: string[];
	/** Bytes; undefined if the list does not contain it. */
	size?: number;
	/** Whether it is within the scope that the user selected, at a time in milliseconds since 1970. */
	isWithin?(now: number): Within;
	/** The values that {@link isWithin} depends on. */
	scoped?: readonly unknown[];
	/** Why it is kept regardless of its dates: a sentence without a period. */
	doubt?: string;
	/** The item as other operations output it: the service's fields and the normalized ones. */
	json: IDataObject;
}

/** Returns the trimmed ID, because requests do not contain spaces around it either; '' without an ID. */
export const idOf = ({ id = '' }: Found): string => id.trim();

export interface Listing {
	/** In the order of the service. */
	found: Found[];
	/** The times of both clocks, one reading per page. */
	readings: Reading[];
}

export type Action = 'wouldDelete' | 'deleted' | 'kept' | 'gone' | 'failed';

/** The result of the clean-up for one item. */
export interface Outcome {
	found: Found;
	/** Whether it matches the rule of the user. */
	fits: boolean;
	action: Action;
	/** A sentence without a period. */
	reason: string;
	/** Advice for the user about a failure. */
	details?: string;
}
