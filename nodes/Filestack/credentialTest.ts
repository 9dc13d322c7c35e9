import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { probe } from '../shared/credentialTest';
import { apiUrl } from '../shared/http';
import { filestack } from './service';
import { allowing, signPolicy } from './signing';

/** The handle of a file that does not exist. */
const UNKNOWN = 'n8nCredentialTest000';

/**
 * Filestack has no call that says who is asking. The metadata of a file that does not exist do: a good signature is
 * answered 404, a bad one is refused before. Without an app secret there is nothing to refuse but a missing signature.
 */
export async function filestackApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { baseUrl, apiKey, appSecret } = (data ?? {}) as Record<string, string | undefined>;
	if (!apiKey?.trim()) return { status: 'Error', message: 'The API Key is empty' };
	const secret = appSecret?.trim();
	const proof = secret ? signPolicy(allowing(['stat'], UNKNOWN).policy, secret) : {};
	const query = new URLSearchParams({ key: apiKey.trim(), ...proof });
	return await probe(
		this,
		{
			method: 'GET',
			url: `${apiUrl(filestack, baseUrl)}/api/file/${UNKNOWN}/metadata?${query.toString()}`,
			headers: {},
		},
		({ status, body }) => {
			const said = filestack.errorMessage(body) ?? 'no reason given';
			if (status === 401 || status === 403) {
				return secret
					? `Filestack refuses the API Key and App Secret: ${said}`
					: `Filestack wants a signature (${said}): enter the App Secret`;
			}
			return status < 500 && status !== 429 ? undefined : `Filestack answered ${status}: ${said}`;
		},
	);
}
