import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { pastedText } from '../shared/blanks';
import { ANOTHER_SERVICE, probe } from '../shared/http/credentialTest';
import { isJsonObject, textOf } from '../shared/http/service';
import { filestack } from './service';
import { policyQuery, signPolicy } from './signing';

/** The handle of a file that does not exist. */
const UNKNOWN_HANDLE = 'n8nCredentialTest000';

/**
 * Tests the credentials with a request for the metadata of a file that does not exist, because Filestack has no call that
 * only identifies the caller. It responds 404 in the File API's format to a valid signature, and rejects an invalid one
 * before that. Without an app secret, only a missing signature can be detected.
 */
export async function filestackApiTest(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const secret = pastedText(data.appSecret) ?? '';
	const signedPolicy = secret
		? signPolicy(policyQuery(['stat'], UNKNOWN_HANDLE).policy, secret)
		: {};
	const request = {
		path: `/file/${UNKNOWN_HANDLE}/metadata`,
		qs: { key: pastedText(data.apiKey) ?? '', ...signedPolicy },
	};
	return await probe(this, filestack, data, request, ({ status, body, said }) => {
		if (status === 401 || status === 403) {
			return secret
				? `Filestack rejected the API Key or App Secret: ${said}`
				: `Filestack requires a signature (${said}). Enter the App Secret.`;
		}
		const { result, error } = isJsonObject(body) ? body : {};
		const isFileApi = result === 'error' && isJsonObject(error) && textOf(error.msg) !== undefined;
		return status === 404 && isFileApi ? undefined : ANOTHER_SERVICE;
	});
}
