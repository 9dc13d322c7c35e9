import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { bearerOf } from '../shared/authentication';
import { ANOTHER_SERVICE, probe } from '../shared/http/credentialTest';
import { isJsonObject, textOf } from '../shared/http/service';
import { speedyFiles } from './service';

/** Requests the user of the token (SpeedyFiles docs, REST API: /me). */
export async function speedyFilesApiTest(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const request = { path: '/me', authenticate: bearerOf('apiToken') };
	return await probe(this, speedyFiles, data, request, ({ status, body, said }) => {
		const isUser = isJsonObject(body) && textOf(body.email) && textOf(body.role);
		if (status === 200) return isUser ? undefined : ANOTHER_SERVICE;
		if (status === 401) return `SpeedyFiles rejected the API Token: ${said}`;
		return `SpeedyFiles responded with ${status}: ${said}. Check the Instance URL.`;
	});
}
