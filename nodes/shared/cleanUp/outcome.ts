import type { IDataObject } from 'n8n-workflow';

import type { Dated } from '../expiry';
import type { Reading } from './clock';
import type { Within } from './scope';

/** A thing of the service's list. */
export interface Found extends Dated {
	/** Undefined where the list reports none. */
	id?: string;
	/** Undefined where the list reports none, or one that is not text. */
	name?: string;
	/** Further names that the service reports for it: a text in one of them protects it too. */
	otherNames?: string[];
	/** Bytes; undefined where the list does not say. */
	size?: number;
	/** Whether it lies within what the user wants to clean up, at a time in milliseconds since 1970. */
	isWithin?(now: number): Within;
	/** What {@link isWithin} depends on. */
	scoped?: readonly unknown[];
	/** Why it is kept whatever its dates say, a sentence without its full stop. */
	doubt?: string;
	/** As the other operations put it out: the service's fields, and the normalised ones. */
	json: IDataObject;
}

/** Spaces around an ID do not get into a request, so they do not make another ID. Empty where there is none. */
export const idOf = ({ id = '' }: Found): string => id.trim();

export interface Listing {
	/** In the order of the service. */
	found: Found[];
	/** What the clocks said while the list was read, one per page. */
	readings: Reading[];
}

export type Action = 'wouldDelete' | 'deleted' | 'kept' | 'gone' | 'failed';

/** What became of a thing. */
export interface Outcome {
	found: Found;
	/** Whether it fits what the user has asked for. */
	fits: boolean;
	action: Action;
	/** A sentence without its full stop. */
	reason: string;
	/** What the user can do about a failure. */
	details?: string;
}
