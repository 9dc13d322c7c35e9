import type { INodeProperties } from 'n8n-workflow';

import { locatorField } from '../../shared/node/locator';
import { FILE_URL } from '../service';

/** A file of the account. */
export const fileField = locatorField({
	displayName: 'File',
	name: 'fileId',
	description: 'The file to use. Select it from the list, or enter its URL or ID.',
	searchListMethod: 'searchFiles',
	urlPattern: FILE_URL,
	urlPlaceholder: 'e.g. https://files-app.com/api/v2/files/file_abc123',
	idPlaceholder: 'e.g. file_abc123',
});

/** A folder ID. There is no list to select from, because the service has no route that lists folders. */
export const folderField = (description: string): INodeProperties => ({
	displayName: 'Folder ID',
	name: 'folderId',
	type: 'string',
	default: '',
	placeholder: 'e.g. folder_abc123',
	description,
});
