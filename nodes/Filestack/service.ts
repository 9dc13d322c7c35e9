import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { readCredential } from '../shared/http/credential';
import { ANOTHER_SERVICE, credentialTest } from '../shared/http/credentialTest';
import { SMALLER_PARTS, SPLIT_SMALLER } from '../shared/http/optionAdvice';
import { isJsonObject, type Service, textOf, UPLOAD_IS_MISSING } from '../shared/http/service';
import { pastedText } from '../shared/text';
import { authenticate, type Policy, policyQuery, type SignedPolicy, signPolicy } from './signing';

const FILE_IS_MISSING =
	'The file was not found or has been deleted. Check the handle, and that the credential belongs to the app that stored it.';

/**
 * The Filestack APIs. Each host has its own error format: `{"result":"error","error":{"code","msg"}}` (File API),
 * `{"error":"…"}` (processing, uploads) or plain text (CDN).
 */
export const filestack: Service = {
	name: 'Filestack',
	credential: 'filestackApi',
	secretFields: { apiKey: 'API Key' },
	usualAddress: 'https://www.filestackapi.com',
	apiPath: '/api',
	// The paths are those that the documentation shows after each host.
	otherAddresses: {
		cdnBaseUrl: { label: 'CDN Base URL' },
		uploadBaseUrl: { label: 'Upload Base URL', path: '/multipart' },
		processBaseUrl: { label: 'Process Base URL', path: '/process' },
	},
	// Filestack repeats the policy and its signature in its messages.
	errorMessage: (body) => messageOf(body)?.replace(SIGNED_POLICY, '…'),
	// Errors must not contain the signed policy, which the credential only creates when n8n sends the request.
	secretsIn: ({ policy }, { appSecret }) =>
		typeof policy === 'string'
			? Object.values(signPolicy(policy, pastedText(appSecret) ?? ''))
			: [],
	// Filestack responds 200 with such a text to a store call with an unknown key (filestack-python, issue 71).
	reportsFailure: (body) =>
		typeof body === 'string'
			? /^[^<{]*(invalid|error|denied)/i.test(body)
			: isJsonObject(body) && body.result === 'error',
	advice: {
		200: 'Check the API Key in the Filestack credential. You can find it in the Developer Portal.',
		400: 'Correct the value named in the message, then run the node again.',
		401: 'Check the API Key and App Secret in the Filestack credential. Both must belong to the same app. The App Secret signs policies and is not the webhook secret.',
		403: 'The request was not allowed. Make sure the App Secret for this API Key is set in the Filestack credential. If it is, check the clock of the n8n server: signatures are only valid for a few minutes.',
		404: FILE_IS_MISSING,
		413: 'The file is too large for one request.',
	},
	optionAdvice: { 413: [SPLIT_SMALLER] },
	missingAdvice(path) {
		if (path === '/multipart/complete') return 'The server no longer has this upload.';
		if (/^\/multipart\/(?!start$)/.test(path)) return UPLOAD_IS_MISSING;
		return path.startsWith('/file/') ? FILE_IS_MISSING : undefined;
	},
};

/** Filestack as the receiver of a file that cannot be sent in parts. */
export const oneRequestReceiver: Service = {
	...filestack,
	advice: {
		...filestack.advice,
		413: 'Filestack accepts this file only in one request, and it is too large for that. To send it in parts, use Store without Base64 Decode.',
	},
	optionAdvice: {},
};

/** Returns the service's error message. */
function messageOf(body: unknown): string | undefined {
	if (typeof body === 'string') return /^\s*</.test(body) ? undefined : textOf(body.slice(0, 300));
	if (!isJsonObject(body)) return undefined;
	const { error } = body;
	return isJsonObject(error) ? textOf(error.msg) : textOf(error);
}

/**
 * Matches an encoded policy or list of tasks, which contains one (`eyJ` and `W3si` are the starts of a JSON object and of a
 * list of objects in Base64), or a hex signature.
 */
const SIGNED_POLICY = /(?:eyJ|W3si)[\w+/=-]{8,}|\b[0-9a-f]{64}\b/gi;

/** The storage that the parts of a large file are sent to, at presigned URLs. It responds in XML. */
export const objectStorage: Service = {
	...filestack,
	name: 'Filestack’s object storage',
	errorMessage: (body) => /<Message>([^<]{1,300})<\/Message>/.exec(String(body))?.[1],
	advice: {
		403: 'The upload URL of the part was rejected repeatedly. Check the clock of the n8n server, then run the node again.',
		404: UPLOAD_IS_MISSING,
		413: 'The storage does not accept a part of this size.',
	},
	optionAdvice: { 413: [SMALLER_PARTS] },
};

/** Reads the app secret; undefined if the credential has none. */
export async function readAppSecret(functions: IExecuteFunctions): Promise<string | undefined> {
	const { appSecret } = await readCredential(functions, filestack);
	return pastedText(appSecret) || undefined;
}

/**
 * Reads the app secret for a call that always requires a signature.
 * @param what the call, as the start of the error message: “Overwriting a file”
 * @throws NodeOperationError if the credential has no app secret
 */
export async function requireAppSecret(
	functions: IExecuteFunctions,
	what: string,
): Promise<string> {
	const appSecret = await readAppSecret(functions);
	if (appSecret) return appSecret;
	throw new NodeOperationError(functions.getNode(), `${what} requires the App Secret`, {
		description:
			'Add it to the Filestack credential. You can find it in the Developer Portal under Security.',
	});
}

/** Signs a policy that is output to the user or used in a link. */
export const signUserPolicy = (policy: Policy, appSecret: string): SignedPolicy =>
	signPolicy(JSON.stringify(policy), appSecret);

/** The handle of a file that does not exist. */
const UNKNOWN_HANDLE = 'n8nCredentialTest000';

/**
 * Tests the credentials with a request for the metadata of a file that does not exist, because Filestack has no call that
 * only identifies the caller. It responds 404 in the File API's format to a valid signature, and rejects an invalid one
 * before that. Without an app secret, only a missing signature can be detected.
 */
export const filestackApiTest = credentialTest(filestack, {
	path: `/file/${UNKNOWN_HANDLE}/metadata`,
	authenticate: async (credentials, options) =>
		await Promise.resolve(
			authenticate(credentials, { ...options, qs: policyQuery(['stat'], UNKNOWN_HANDLE) }),
		),
	judge({ status, body, said }, { appSecret }) {
		if (status === 401 || status === 403) {
			return pastedText(appSecret)
				? `Filestack rejected the API Key or App Secret: ${said}`
				: `Filestack requires a signature (${said}). Enter the App Secret.`;
		}
		const { result, error } = isJsonObject(body) ? body : {};
		const isFileApi = result === 'error' && isJsonObject(error) && textOf(error.msg) !== undefined;
		return status === 404 && isFileApi ? undefined : ANOTHER_SERVICE;
	},
});
