import { BadField, required } from '../../core/fields.mts';

/** Longest file name, in characters; not documented. */
const LONGEST_NAME = 1000;

/** @throws BadField for a name that no file can have; what it looks like is not our business, it never names a path */
export function checkedName(field: string, name: string | undefined): string {
	const given = required(field, name);
	if (given.length > LONGEST_NAME) {
		throw new BadField(`The name of the file must not be longer than ${LONGEST_NAME} characters`);
	}
	if (given.includes('\0')) throw new BadField('The name of the file must not contain NUL');
	return given;
}
