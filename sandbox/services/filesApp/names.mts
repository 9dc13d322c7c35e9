import { InvalidField, required } from '../../core/fields.mts';

/** Longest file name, in characters; not documented. */
const MAX_NAME_LENGTH = 1000;

/** @throws BadField for a name that no file can have; what it looks like is not our business, it never names a path */
export function validName(field: string, name: string | undefined): string {
	const given = required(field, name);
	if (given.length > MAX_NAME_LENGTH) {
		throw new InvalidField(
			`The name of the file must not be longer than ${MAX_NAME_LENGTH} characters`,
		);
	}
	if (given.includes('\0')) throw new InvalidField('The name of the file must not contain NUL');
	return given;
}
