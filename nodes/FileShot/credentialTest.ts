import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { bearerOf } from '../shared/authentication';
import { ANOTHER_SERVICE, probe } from '../shared/credentialTest';
import { reportsError } from '../shared/service';
import { fileIdOf } from './describe';
import { FILES } from './file/list';
import { fileShot } from './service';

/** FileShot documents no call that only says who is asking; a list of one file needs a good key and the right tier. */
export async function fileShotApiTest(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const request = {
		path: '/files',
		qs: { page: '1', limit: '1' },
		authenticate: bearerOf('apiKey'),
	};
	return await probe(this, fileShot, data, request, ({ status, body, said }) => {
		if (status === 401) return `FileShot refuses the API Key: ${said}`;
		if (status === 403) return `The API needs the Creator tier or a higher one: ${said}`;
		if (status === 404) return `FileShot answered 404: ${said}. Check the Base URL.`;
		if (status >= 300 || reportsError(body)) return `FileShot answered ${status}: ${said}`;
		const items = FILES.read(body, status)?.items;
		return items?.every((one) => fileIdOf(one) !== undefined) ? undefined : ANOTHER_SERVICE;
	});
}
