import type { IDataObject } from 'n8n-workflow';

import type { Dated } from '../expiry';
import type { Page } from '../paging';

/** An entry of the service's list. */
export interface CleanUpItem extends Dated {
	/** Undefined where the list has none. */
	id?: string;
	/** Undefined where the list has none. */
	name?: string;
	/** Bytes; undefined where the list does not say. */
	size?: number;
	/** Whether the user's scope includes it; a sentence where that is in doubt, so that it is kept. */
	inScope: boolean | string;
	/** As the other operations output it: the service's fields, and the normalised ones. */
	json: IDataObject;
}

export interface CleanUpPage<Position> extends Page<CleanUpItem, Position> {
	/** The `Date` header of the response. */
	date: unknown;
}

/** A list that is read page by page, with the scope of one input item. */
export interface CleanUpList<Position> {
	first: Position;
	fetchPage(position: Position): Promise<CleanUpPage<Position>>;
}

export type Action = 'wouldDelete' | 'deleted' | 'kept' | 'gone' | 'failed';

/** What became of an entry. */
export interface CleanUpResult {
	found: CleanUpItem;
	/** Whether it fits what the user has asked for. */
	fits: boolean;
	action: Action;
	/** A sentence without its full stop. */
	reason: string;
	/** What the user can do about a failure. */
	details?: string;
}
