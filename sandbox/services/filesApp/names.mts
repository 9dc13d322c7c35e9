import { InvalidField, required } from '../../core/fields.mts';

/** Maximum length of a file name, in characters; not documented. */
const MAX_NAME_LENGTH = 1000;

/**
 * Accepts any other name, because it is never used as a path.
 * @throws {InvalidField} for a missing or invalid name
 */
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
