import { createHmac } from 'node:crypto';

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
const CALL_POLICY_MINUTES = 15;
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
