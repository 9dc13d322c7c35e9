import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { probe } from '../shared/credentialTest';
import { fileCourier } from './service';

/**
 * FileCourier has no cheap call that only says who is asking. A session that does not exist does: with good credentials
 * the answer is that it is unknown, with bad ones it is 401.
 */
export async function fileCourierApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { baseUrl, clientId, clientSecret } = (data ?? {}) as Record<string, string>;
	const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
	return await probe(
		this,
		{
			method: 'GET',
			url: `${String(baseUrl).trim().replace(/\/+$/, '')}/api/ext/sessions/req_credentialtest`,
			headers: { Authorization: `Basic ${basic}` },
		},
		({ status, body }) => {
			const said = fileCourier.errorMessage(body) ?? 'no reason given';
			if (status === 401 || status === 403) {
				return `FileCourier refuses the Client ID and Client Secret: ${said}`;
			}
			// 200, 400 and 404 all come after the credentials were accepted.
			return status < 500 && status !== 429 ? undefined : `FileCourier answered ${status}: ${said}`;
		},
	);
}
