import { createHmac } from 'node:crypto';

/** What a policy can allow (Filestack docs, Security, Creating policies). */
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

/** Who may do what, and until when (Filestack docs, Security, Creating policies). */
export interface Policy {
	/** Unix seconds. */
	expiry: number;
	/** Without it everything but `exif` is allowed. */
	call?: PolicyCall[];
	/** The one file that it is for. */
	handle?: string;
	/** Regular expressions. */
	url?: string;
	path?: string;
	container?: string;
	/** Bytes. */
	minSize?: number;
	maxSize?: number;
}

export interface SignedPolicy {
	policy: string;
	signature: string;
}

/**
 * Encodes a policy's JSON in URL-safe base64 and signs it: lower-case hex HMAC-SHA256 over the encoded text (Filestack
 * docs, Creating policies). The padding stays, or the service says "policy was not properly url-safe base64 encoded".
 */
export function signPolicy(json: string, appSecret: string): SignedPolicy {
	const policy = Buffer.from(json).toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
	return { policy, signature: createHmac('sha256', appSecret).update(policy).digest('hex') };
}

/** Minutes that a single call may take, retries and a clock that is some minutes off included. */
const CALL_MINUTES = 15;
/** The same for a call that carries a whole file. */
export const TRANSFER_MINUTES = 60;

/**
 * The query field of a request that says what the request has to be allowed, as plain JSON; the credential turns it
 * into `policy` and `signature`. Each policy is for these calls, this file and some minutes, and for nothing else.
 */
export function allowing(call: PolicyCall[], handle?: string, minutes = CALL_MINUTES) {
	const policy: Policy = { expiry: Math.floor(Date.now() / 1000) + minutes * 60, call, handle };
	return { policy: JSON.stringify(policy) };
}
