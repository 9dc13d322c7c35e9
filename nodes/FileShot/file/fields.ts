import { locatorField } from '../../shared/node/locator';
import { FILE_URL } from '../service';

/** A file of the account. Get and Download also accept any public file. */
export const fileField = locatorField({
	displayName: 'File',
	name: 'fileId',
	description: 'The file to use. Select it from the list, or enter its link or ID.',
	searchListMethod: 'searchFiles',
	urlPattern: FILE_URL,
	urlPlaceholder: 'e.g. https://fileshot.io/f/abc123',
	idPlaceholder: 'e.g. abc123',
});
