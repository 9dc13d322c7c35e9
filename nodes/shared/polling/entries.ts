import type { IDataObject } from 'n8n-workflow';

import { type Json, textOf } from '../http/service';

/** The `error` of an entry in an unknown format. */
const UNREADABLE = 'The service returned this entry in an unknown format';

/**
 * Describes the entries of a list. Passes an entry that cannot be described on unchanged, so that it does not block the
 * others.
 */
export function describeEntries(
	entries: readonly Json[],
	describe: (entry: Json) => IDataObject,
): IDataObject[] {
	return entries.map((entry) => {
		try {
			return describe(entry);
		} catch {
			return { ...(entry as IDataObject), error: UNREADABLE };
		}
	});
}

/** Whether an entry could not be described, so that filters cannot be applied to it. */
export const isUnreadable = ({ error }: IDataObject): boolean => error === UNREADABLE;

/** Identifies an entry: by its ID, or by its whole content if it has none. */
export const identityOf = (id: unknown, entry: IDataObject): string =>
	textOf(id) ?? (Number.isSafeInteger(id) ? String(id) : JSON.stringify(entry));
