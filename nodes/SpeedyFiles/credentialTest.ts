import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { probe } from '../shared/credentialTest';
import { apiUrl } from '../shared/http';
import { isJsonObject, textOf } from '../shared/service';
import { speedyFiles } from './service';

/** Asks who the token belongs to (SpeedyFiles docs, REST API: /me). */
export async function speedyFilesApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { baseUrl, apiToken } = (data ?? {}) as Record<string, string>;
	return await probe(
		this,
		{
			method: 'GET',
			url: `${apiUrl(speedyFiles, baseUrl)}/me`,
			headers: { Authorization: `Bearer ${apiToken}` },
			addressField: speedyFiles.addressField,
		},
		({ status, body }) => {
			if (status === 200 && isJsonObject(body) && textOf(body.email)) return undefined;
			if (status === 200) return 'Another service answers at the Instance URL';
			const said = speedyFiles.errorMessage(body) ?? 'no reason given';
			if (status === 401) return `SpeedyFiles refuses the API Token: ${said}`;
			return `SpeedyFiles answered ${status}: ${said}`;
		},
	);
}
