import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { probe } from '../shared/credentialTest';
import { apiUrl } from '../shared/http';
import { fileShot } from './service';

/** FileShot documents no call that only says who is asking; a list of one file needs a good key and the right tier. */
export async function fileShotApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { baseUrl, apiKey } = (data ?? {}) as Record<string, string>;
	return await probe(
		this,
		{
			method: 'GET',
			url: `${apiUrl(fileShot, baseUrl)}/files?page=1&limit=1`,
			headers: { Authorization: `Bearer ${apiKey}` },
		},
		({ status, body }) => {
			const said = fileShot.errorMessage(body) ?? 'no reason given';
			if (status === 401) return `FileShot refuses the API Key: ${said}`;
			if (status === 403) return `The API needs the Creator tier or a higher one: ${said}`;
			if (status === 404) return `FileShot answered 404: ${said}. Check the Base URL.`;
			const failed = status >= 300 || fileShot.reportsFailure?.(body);
			return failed ? `FileShot answered ${status}: ${said}` : undefined;
		},
	);
}
