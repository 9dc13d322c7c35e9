import type { IDataObject } from 'n8n-workflow';

import { type Json, textOf } from '../service';

/** What an entry says that a service has sent in a form that cannot be understood. */
const UNREADABLE = 'The service returned this entry in an unknown format';

/** The entries of a list, described. One that cannot be described goes on as it is, and keeps no other one back. */
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

/** Whether an entry could not be described, so that no filter can judge it. */
export const isUnreadable = ({ error }: IDataObject): boolean => error === UNREADABLE;

/** What tells an entry from the others: its ID, or all of it where it has none. */
export const identityOf = (id: unknown, entry: IDataObject): string =>
	textOf(id) ?? (Number.isSafeInteger(id) ? String(id) : JSON.stringify(entry));
