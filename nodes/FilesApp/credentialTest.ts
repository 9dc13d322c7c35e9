import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { probe } from '../shared/credentialTest';
import { apiUrl } from '../shared/http';
import { filesApp } from './service';

/** Files App has no call that only says who is asking; a list of one file is the least that needs a good key. */
export async function filesAppApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { baseUrl, apiKey } = (data ?? {}) as Record<string, string>;
	return await probe(
		this,
		{
			method: 'GET',
			url: `${apiUrl(filesApp, baseUrl)}/files?per_page=1`,
			headers: { Authorization: `Bearer ${apiKey}` },
		},
		({ status, body }) => {
			if (status >= 200 && status < 300) return undefined;
			const said = filesApp.errorMessage(body) ?? 'no reason given';
			if (status === 401) return `Files App refuses the API Key: ${said}`;
			if (status === 403) return `The API Key may not list files: ${said}`;
			if (status === 404) return `Files App answered 404: ${said}. Check the Base URL.`;
			return `Files App answered ${status}: ${said}`;
		},
	);
}
