import type { IDataObject } from 'n8n-workflow';

import type { Dated } from '../expiry';

/** A thing of the service's list. */
export interface Found extends Dated {
	/** Undefined where the list tells none. */
	id?: string;
	name: string;
	/** Bytes; undefined where the list does not say. */
	size?: number;
	/** As the other operations put it out: the service's fields, and the normalised ones. */
	json: IDataObject;
}

export interface Listing {
	/** In the order of the service. */
	found: Found[];
	/** The service's own time, milliseconds since 1970. */
	now: number;
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
