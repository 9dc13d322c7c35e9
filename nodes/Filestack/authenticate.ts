import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { pastedText } from '../shared/blanks';
import { type SignedPolicy, signPolicy } from './signing';

/** A JSON body of the upload or the processing API, before its credentials are filled in. */
interface BodyWithKey {
	apikey: string;
	tasks?: Array<{ name: string; params: object }>;
}

/**
 * Adds the API key and a signed policy to a request.
 *
 * Filestack requires a separate policy for every call and file. n8n's declarative `authenticate` cannot create one,
 * because its expressions neither know the call nor can sign. Signing in the node would expose the app secret to every
 * request. So the node puts the policy into the query as plain JSON (`policy`), and this function replaces it with
 * `policy` and `signature`. Without an app secret the request stays unsigned, which apps without security accept. A
 * policy that is already signed is not changed.
 *
 * The File API takes the credentials in the query, the upload and processing APIs take them in the body (filestack-js,
 * store and uploaders/s3). A body with an `apikey` field marks a request to one of the latter.
 */
export function authenticate(
	{ apiKey, appSecret }: ICredentialDataDecryptedObject,
	options: IHttpRequestOptions,
): IHttpRequestOptions {
	const { policy, ...query } = options.qs ?? {};
	const apikey = pastedText(apiKey) ?? '';
	const signedPolicy = toSignedPolicy(policy, pastedText(appSecret) ?? '');
	const { body } = options;
	if (!hasApiKey(body)) return { ...options, qs: { ...query, key: apikey, ...signedPolicy } };
	return { ...options, qs: query, body: withCredentials(body, apikey, signedPolicy) };
}

function toSignedPolicy(policy: unknown, appSecret: string): Partial<SignedPolicy> {
	if (typeof policy !== 'string') return {};
	if (!policy.startsWith('{')) return { policy };
	return appSecret ? signPolicy(policy, appSecret) : {};
}

function hasApiKey(body: unknown): body is BodyWithKey {
	return typeof body === 'object' && body !== null && 'apikey' in body;
}

function withCredentials(
	body: BodyWithKey,
	apikey: string,
	signedPolicy: Partial<SignedPolicy>,
): BodyWithKey {
	if (!body.tasks) return { ...body, apikey, ...signedPolicy };
	const security = signedPolicy.policy ? [{ name: 'security', params: signedPolicy }] : [];
	return { ...body, apikey, tasks: [...body.tasks, ...security] };
}
