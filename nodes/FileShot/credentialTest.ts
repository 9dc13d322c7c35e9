import { bearerAuth } from '../shared/http/credential';
import { ANOTHER_SERVICE, EMPTY_LIST, credentialTest } from '../shared/http/credentialTest';
import { type JsonRecord, reportsError, textOf } from '../shared/http/service';
import { fieldOf, fileIdOf, sizeOf } from './describe';
import { FILES } from './file/getAll';
import { fileShot } from './service';

/**
 * Lists one file, which requires a valid key and the right tier: FileShot documents no route that returns the account.
 */
export const fileShotApiTest = credentialTest(
	fileShot,
	{ path: '/files', qs: { page: '1', limit: '1' }, authenticate: bearerAuth('apiKey') },
	({ status, body, said }) => {
		if (status === 401) return `FileShot rejected the API Key: ${said}`;
		if (status === 403) return `The API requires the Creator tier or higher: ${said}`;
		if (status === 404) return `FileShot responded with 404: ${said}. Check the Base URL.`;
		if (status >= 400 || reportsError(body)) return `FileShot responded with ${status}: ${said}`;
		const items = FILES.read(body, status)?.items;
		if (items === undefined || !items.every(isFile)) return ANOTHER_SERVICE;
		// The docs do not show the response, so an empty list does not prove that it comes from FileShot.
		return items.length > 0 ? undefined : EMPTY_LIST;
	},
);

const isFile = (data: JsonRecord) =>
	fileIdOf(data) !== undefined &&
	(textOf(fieldOf(data, 'fileName')) !== undefined || sizeOf(data) !== undefined);
