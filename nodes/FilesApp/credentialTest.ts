import { bearerAuth } from '../shared/http/credential';
import { ANOTHER_SERVICE, credentialTest } from '../shared/http/credentialTest';
import { isJsonObject, reportsError, textOf } from '../shared/http/service';
import { FILES } from './file/getAll';
import { filesApp } from './service';

/** Lists one file, the smallest request that requires a valid key: Files App has no route that returns the account. */
export const filesAppApiTest = credentialTest(
	filesApp,
	{ path: '/files', qs: { per_page: '1' }, authenticate: bearerAuth('apiKey') },
	({ status, body, said }) => {
		if (status === 401) return `Files App rejected the API Key: ${said}`;
		if (status === 403) return `This API Key does not have permission to list files: ${said}`;
		if (status === 404) return `Files App responded with 404: ${said}. Check the Base URL.`;
		if (status >= 400 || reportsError(body)) return `Files App responded with ${status}: ${said}`;
		const files = FILES.read(body, status)?.files;
		return files?.every(isFile) ? undefined : ANOTHER_SERVICE;
	},
);

const isFile = (file: unknown) =>
	isJsonObject(file) && textOf(file.id) !== undefined && textOf(file.name) !== undefined;
