import CryptoJS from 'crypto-js';
import { timingSafeEqualStrings } from '../../core/timingSafeEqual.mts';
import { matches } from './safeRegExp.mts';

/** Filestack docs, Security, Creating policies: the calls that a policy can allow. */
export type Call =
	| 'pick'
	| 'read'
	| 'stat'
	| 'write'
	| 'writeUrl'
	| 'store'
	| 'convert'
	| 'remove'
	| 'exif'
	| 'runWorkflow';

/** Thrown if the policy does not allow a request. The message is the reason. */
export class PolicyError extends Error {
	readonly statusCode: number;

	constructor(reason: string, statusCode = 403) {
		super(reason);
		this.statusCode = statusCode;
	}
}

/** The decoded policy. */
export interface Policy {
	/** Unix seconds. */
	expiry: number;
	call?: readonly string[];
	handle?: string;
	/** Regular expressions. */
	url?: string;
	path?: string;
	container?: string;
	/** Bytes. */
	minSize?: number;
	maxSize?: number;
}

/** Filestack docs, Creating policies: lower-case hex HMAC-SHA256 over the encoded policy, not over its JSON. */
export function policySignature(encodedPolicy: string, appSecret: string): string {
	return CryptoJS.HmacSHA256(encodedPolicy, appSecret).toString(CryptoJS.enc.Hex);
}

/**
 * Decodes and verifies a policy. The signature covers the encoded string as sent, so the signer may choose the
 * whitespace, the order of keys and the base64 alphabet (Filestack's JavaScript SDK uses the standard one), but the
 * padding is required.
 * @throws {PolicyError}
 */
export function readPolicy(
	encoded: string,
	signature: string,
	appSecret: string,
	now: Date,
): Policy {
	const wellFormed = /^(?:[\w-]+|[A-Za-z0-9+/]+)={0,2}$/.test(encoded) && encoded.length % 4 === 0;
	// Filestack's own message (its Claude plugin's changelog, 1.2.3).
	if (!wellFormed) throw new PolicyError('policy was not properly url-safe base64 encoded');
	if (!timingSafeEqualStrings(signature, policySignature(encoded, appSecret))) {
		throw new PolicyError('signature does not match the policy', 401);
	}
	const policy = fieldsOf(encoded);
	if (policy.expiry * 1000 <= now.getTime()) throw new PolicyError('policy has expired');
	return policy;
}

function fieldsOf(encoded: string): Policy {
	const fields = parsed(Buffer.from(encoded, 'base64').toString('utf8'));
	const call = typeof fields.call === 'string' ? [fields.call] : fields.call;
	const { expiry, handle, url, path, container, minSize, maxSize } = fields;
	if (typeof expiry !== 'number' || !Number.isFinite(expiry)) {
		throw new PolicyError('policy has no expiry');
	}
	if (call !== undefined && !isTexts(call)) throw new PolicyError('policy has an invalid call');
	for (const [name, value] of Object.entries({ handle, url, path, container })) {
		if (value !== undefined && typeof value !== 'string') {
			throw new PolicyError(`policy has an invalid ${name}`);
		}
	}
	for (const [name, value] of Object.entries({ minSize, maxSize })) {
		if (value !== undefined && (typeof value !== 'number' || !(value >= 0))) {
			throw new PolicyError(`policy has an invalid ${name}`);
		}
	}
	return { ...(fields as unknown as Policy), call };
}

function parsed(json: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(json);
		if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
			return value as Record<string, unknown>;
		}
	} catch {
		// Reported below.
	}
	throw new PolicyError('policy is not a JSON object');
}

const isTexts = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every((entry) => typeof entry === 'string');

/** The permissions of a request: those of its policy or, without one (app secret, security off), all. */
export class Permission {
	readonly #policy: Policy | undefined;

	constructor(policy?: Policy) {
		this.#policy = policy;
	}

	/** @throws {PolicyError} unless one of the calls is allowed */
	call(...oneOf: readonly Call[]): void {
		if (!this.#policy || oneOf.some((call) => this.#allows(call))) return;
		throw new PolicyError(`policy does not allow the call ${oneOf.join(' or ')}`);
	}

	/** @throws {PolicyError} if the policy is for another file */
	handle(handle: string): void {
		if (this.#policy?.handle === undefined || this.#policy.handle === handle) return;
		throw new PolicyError('policy is for another handle');
	}

	/** @throws {PolicyError} if the policy does not allow this external source */
	source(url: string): void {
		this.#match('url', url);
	}

	/** @throws {PolicyError} if the policy does not allow this path or container */
	place(path: string, container: string): void {
		this.#match('path', path);
		this.#match('container', container);
	}

	/** @throws {PolicyError} if the policy does not allow a file of this size */
	size(bytes: number): void {
		const { minSize = 0, maxSize = Infinity } = this.#policy ?? {};
		if (bytes < minSize) throw new PolicyError('file is smaller than the policy allows');
		if (bytes > maxSize) throw new PolicyError('file is larger than the policy allows');
	}

	#allows(call: Call): boolean {
		const allowed = this.#policy?.call;
		// Filestack docs: a policy without `call` allows everything except exif; `revoke` is the old name of remove.
		if (allowed === undefined) return call !== 'exif';
		return allowed.includes(call) || (call === 'remove' && allowed.includes('revoke'));
	}

	#match(name: 'url' | 'path' | 'container', text: string): void {
		const pattern = this.#policy?.[name];
		if (pattern === undefined || matches(pattern, text)) return;
		throw new PolicyError(`policy does not allow this ${name}`);
	}
}
