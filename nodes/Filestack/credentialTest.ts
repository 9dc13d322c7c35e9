import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { pastedText } from '../shared/blanks';
import { ANOTHER_SERVICE, probe } from '../shared/credentialTest';
import { isJsonObject, textOf } from '../shared/service';
import { filestack } from './service';
import { allowing, signPolicy } from './signing';

/** The handle of a file that does not exist. */
const UNKNOWN = 'n8nCredentialTest000';

/**
 * Filestack has no call that says who is asking. The metadata of a file that does not exist do: a good signature is
 * answered 404 in the shape of the File API, a bad one is refused before. Without an app secret there is nothing to refuse
 * but a missing signature.
 */
export async function filestackApiTest(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const secret = pastedText(data.appSecret) ?? '';
	const proof = secret ? signPolicy(allowing(['stat'], UNKNOWN).policy, secret) : {};
	const request = {
		path: `/file/${UNKNOWN}/metadata`,
		qs: { key: pastedText(data.apiKey) ?? '', ...proof },
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
