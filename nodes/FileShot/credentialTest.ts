import { bearerAuth } from '../shared/http/credential';
import {
	ANOTHER_SERVICE,
	credentialTest,
	EMPTY_LIST,
	judgeSuccess,
} from '../shared/http/credentialTest';
import { type JsonRecord, textOf } from '../shared/http/service';
import { fieldOf, fileIdOf, sizeOf } from './describe';
import { FILES } from './file/getAll';
import { fileShot } from './service';

/**
 * Lists one file, which requires a valid key and the right tier: FileShot documents no route that returns the account.
 */
export const fileShotApiTest = credentialTest(fileShot, {
	path: '/files',
	qs: { page: '1', limit: '1' },
	authenticate: bearerAuth('apiKey'),
	rejections: {
		401: 'FileShot rejected the API Key',
		403: 'The API requires the Creator tier or higher',
	},
	judge: judgeSuccess(fileShot, (body, status) => {
		const items = FILES.read(body, status)?.items;
		if (!items?.every(isFile)) return ANOTHER_SERVICE;
		// The docs do not show the response, so an empty list does not prove that it comes from FileShot.
		return items.length > 0 ? undefined : EMPTY_LIST;
	}),
});

function isFile(data: JsonRecord): boolean {
	return (
		fileIdOf(data) !== undefined &&
		(textOf(fieldOf(data, 'fileName')) !== undefined || sizeOf(data) !== undefined)
	);
}
