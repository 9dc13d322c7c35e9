import { createHmac } from 'node:crypto';

import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { pastedText } from '../shared/text';

/** The calls that a policy can allow (Filestack docs, Security, Creating policies). */
export const POLICY_CALLS = [
	'pick',
	'read',
	'stat',
	'write',
	'writeUrl',
	'store',
	'convert',
	'remove',
	'exif',
	'runWorkflow',
] as const;
export type PolicyCall = (typeof POLICY_CALLS)[number];

/** The permissions of a policy and its expiry (Filestack docs, Security, Creating policies). */
export interface Policy {
	/** Unix seconds. */
	expiry: number;
	/** If undefined, every call except `exif` is allowed. */
	call?: PolicyCall[];
	/** Limits the policy to one file. */
	handle?: string;
	/** A regular expression, like `path` and `container`. */
	url?: string;
	path?: string;
	container?: string;
	/** Bytes, like `maxSize`. */
	minSize?: number;
	maxSize?: number;
}

export interface SignedPolicy {
	policy: string;
	signature: string;
}

/**
 * Encodes a policy's JSON in URL-safe base64 and signs the encoded text: HMAC-SHA256 in lower-case hex (Filestack docs,
 * Creating policies). Keeps the padding, because without it the service responds “policy was not properly url-safe base64
 * encoded”.
 */
export function signPolicy(json: string, appSecret: string): SignedPolicy {
	const policy = Buffer.from(json).toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
	return { policy, signature: createHmac('sha256', appSecret).update(policy).digest('hex') };
}

/** Minutes that the policy of a call is valid, enough for retries and for a clock that is off by a few minutes. */
export const CALL_POLICY_MINUTES = 15;
/** The same for a call that transfers a whole file. */
export const TRANSFER_POLICY_MINUTES = 60;

/**
 * Returns the query field with the policy of a request as plain JSON, which the credential replaces with `policy` and
 * `signature`. The policy only allows these calls, this file and a few minutes.
 */
export function policyQuery(call: PolicyCall[], handle?: string, minutes = CALL_POLICY_MINUTES) {
	const policy: Policy = { expiry: Math.floor(Date.now() / 1000) + minutes * 60, call, handle };
	return { policy: JSON.stringify(policy) };
}

/**
 * Returns a function that returns a signed value and creates it again when half of its time has passed, because a long
 * transfer sends requests for hours.
 * @param minutes that the value is valid
 */
export function renewed<T>(minutes: number, create: () => T): () => T {
	let current: { value: T; until: number } | undefined;
	return () => {
		const now = Date.now();
		if (!current || now >= current.until) {
			current = { value: create(), until: now + minutes * 30_000 };
		}
		return current.value;
	};
}

/** The query field of a request whose path contains the credentials already: the tasks of the CDN. */
export const PATH_HAS_CREDENTIALS = { policy: false };

/** A JSON body of the upload or the processing API, before its credentials are filled in. */
interface BodyWithKey {
	apikey: string;
	tasks?: Array<{ name: string; params: object }>;
}

/**
 * Adds the API key and a signed policy to a request.
 *
 * Each request has its own policy, for its calls and its file. n8n's declarative `authenticate` cannot create one,
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
	if (policy === PATH_HAS_CREDENTIALS.policy) return { ...options, qs: query };
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
