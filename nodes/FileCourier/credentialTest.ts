import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { basicOf } from '../shared/authentication';
import { ANOTHER_SERVICE, probe } from '../shared/credentialTest';
import { isJsonObject } from '../shared/service';
import { fileCourier, SESSION } from './service';

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
		const refused = `FileCourier rejected the Client ID or Client Secret: ${said}`;
		if (status === 401 || status === 403) return refused;
		const envelope = isJsonObject(body) ? body : {};
		if (status === 200 && envelope.status === true) {
			return SESSION.read(body, status) ? undefined : ANOTHER_SERVICE;
		}
		// 200, 400 and 404 come after the credentials were accepted, unless the words are about them.
		const isFailure = envelope.status === false && fileCourier.errorMessage(body) !== undefined;
		if (!isFailure || ![200, 400, 404].includes(status)) return ANOTHER_SERVICE;
		return ABOUT_CREDENTIALS.test(said) ? refused : undefined;
	});
}

/** The docs show “Invalid API key”, and leave open with which status it comes. */
const ABOUT_CREDENTIALS =
	/api.?key|credential|client|secret|unauthori[sz]ed|authenticat|authori[sz]ation|forbidden|denied/i;
