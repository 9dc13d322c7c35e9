import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { basicOf } from '../shared/authentication';
import { ANOTHER_SERVICE, probe } from '../shared/credentialTest';
import { isJsonObject } from '../shared/service';
import { fileCourier } from './service';

/**
 * FileCourier has no cheap call that only says who is asking. A session that does not exist does: with good credentials
 * the answer is that it is unknown, with bad ones it is 401. Both come in FileCourier's envelope.
 */
export async function fileCourierApiTest(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const authenticate = basicOf('clientId', 'clientSecret');
	const request = { path: '/sessions/req_credentialtest', authenticate };
	return await probe(this, fileCourier, data, request, ({ status, body, said }) => {
		if (status === 401 || status === 403) {
			return `FileCourier refuses the Client ID and Client Secret: ${said}`;
		}
		if (status >= 500 || status === 429) return `FileCourier answered ${status}: ${said}`;
		// 200, 400 and 404 all come after the credentials were accepted.
		const isEnvelope = isJsonObject(body) && typeof body.status === 'boolean';
		return isEnvelope && (status === 200 || status === 400 || status === 404)
			? undefined
			: ANOTHER_SERVICE;
	});
}
