import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { pastedText } from '../shared/blanks';
import { type SignedPolicy, signPolicy } from './signing';

/** A JSON body of the upload and of the processing API, with its places for the credentials still empty. */
interface Keyed {
	apikey: string;
	tasks?: Array<{ name: string; params: object }>;
}

/**
 * Puts the API key and a signed policy on a request.
 *
 * Filestack wants a policy of its own for every call and file, which n8n's declarative `authenticate` cannot make: its
 * expressions know neither the call nor how to sign. Signing in the node instead would mean to handle the app secret in
 * every request. So the node says in the query what the request has to be allowed (`policy`, as plain JSON), and here,
 * where n8n hands out the secret, that becomes `policy` and `signature`. Without an app secret the request goes
 * unsigned, as apps without security want it. A policy that is signed already is left alone.
 *
 * The File API takes all of it in the query; the other two in the body (filestack-js, store and uploaders/s3): a body
 * with an empty `apikey` is one of theirs.
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
