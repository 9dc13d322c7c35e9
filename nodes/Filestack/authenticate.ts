import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { pastedText } from '../shared/blanks';
import { type SignedPolicy, signPolicy } from './signing';

/** A JSON body of the upload or the processing API, before its credentials are filled in. */
interface Keyed {
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
	const proof = proofOf(policy, pastedText(appSecret) ?? '');
	const { body } = options;
	if (!isKeyed(body)) return { ...options, qs: { ...query, key: apikey, ...proof } };
	return { ...options, qs: query, body: filled(body, apikey, proof) };
}

function proofOf(policy: unknown, appSecret: string): Partial<SignedPolicy> {
	if (typeof policy !== 'string') return {};
	if (!policy.startsWith('{')) return { policy };
	return appSecret ? signPolicy(policy, appSecret) : {};
}

function isKeyed(body: unknown): body is Keyed {
	return typeof body === 'object' && body !== null && 'apikey' in body;
}

function filled(body: Keyed, apikey: string, proof: Partial<SignedPolicy>): Keyed {
	if (!body.tasks) return { ...body, apikey, ...proof };
	const security = proof.policy ? [{ name: 'security', params: proof }] : [];
	return { ...body, apikey, tasks: [...body.tasks, ...security] };
}
