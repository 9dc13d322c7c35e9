import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { basicOf } from '../shared/authentication';
import { ANOTHER_SERVICE, probe } from '../shared/http/credentialTest';
import { isJsonObject } from '../shared/http/service';
import { fileCourier, SESSION } from './service';

/**
 * Tests the credentials with a request for a session that does not exist, because FileCourier has no call that only
 * identifies the caller. It responds “not found” to valid credentials and 401 to invalid ones, both in its envelope.
 */
export async function fileCourierApiTest(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const authenticate = basicOf('clientId', 'clientSecret');
	const request = { path: '/sessions/req_credentialtest', authenticate };
	return await probe(this, fileCourier, data, request, ({ status, body, said }) => {
		const rejected = `FileCourier rejected the Client ID or Client Secret: ${said}`;
		if (status === 401 || status === 403) return rejected;
		const envelope = isJsonObject(body) ? body : {};
		if (status === 200 && envelope.status === true) {
			return SESSION.read(body, status) ? undefined : ANOTHER_SERVICE;
		}
		// FileCourier checks the credentials before it sends 200, 400 or 404, unless the message is about credentials.
		const isFailure = envelope.status === false && fileCourier.errorMessage(body) !== undefined;
		if (!isFailure || ![200, 400, 404].includes(status)) return ANOTHER_SERVICE;
		return CREDENTIAL_MESSAGE.test(said) ? rejected : undefined;
	});
}

/** Matches messages about credentials. The docs show “Invalid API key” but not the status that it is sent with. */
const CREDENTIAL_MESSAGE =
	/api.?key|credential|client|secret|unauthori[sz]ed|authenticat|authori[sz]ation|forbidden|denied/i;
