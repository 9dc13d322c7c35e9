import type { FastifyRequest } from 'fastify';
import { timingSafeEqualStrings } from '../../core/timingSafeEqual.mts';
import type { ServiceContext } from '../../core/service.mts';
import { type Call, Permission, PolicyError, readPolicy } from './policy.mts';
import { FilestackError } from './error.mts';

/** The authorization that a request contains. */
export interface Proof {
	policy?: string;
	signature?: string;
	/** The Authorization header, on the origin that accepts it (the File API only). */
	authorization?: string;
}

export interface Requirement {
	/** One call of each group is required. */
	calls: readonly (readonly Call[])[];
	handle?: string;
	/** Authorization is required even if the app's security is turned off: overwrite, delete, EXIF. */
	always?: boolean;
}

/**
 * Returns the permissions of a request.
 * @throws {PolicyError}
 */
export function authorize(proof: Proof, need: Requirement, context: ServiceContext): Permission {
	const permission = read(proof, need, context);
	for (const oneOf of need.calls) permission.call(...oneOf);
	if (need.handle !== undefined) permission.handle(need.handle);
	return permission;
}

function read(
	{ policy, signature, authorization }: Proof,
	{ always = false }: Requirement,
	{ secrets, settings, clock }: ServiceContext,
): Permission {
	if (authorization !== undefined) {
		if (isAppSecret(authorization, secrets.appSecret)) return new Permission();
		throw new PolicyError('Invalid credentials', 401);
	}
	if (policy === undefined && signature === undefined) {
		if (!always && settings.get('security') === 'off') return new Permission();
		throw new PolicyError('Policy required');
	}
	if (policy === undefined) throw new PolicyError('Policy required');
	if (signature === undefined) throw new PolicyError('Signature required');
	return new Permission(readPolicy(policy, signature, secrets.appSecret, clock.now()));
}

/** HTTP Basic with the user "app" and the app secret as the password (Filestack docs, File API, Security). */
function isAppSecret(authorization: string, appSecret: string): boolean {
	const encoded = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization)?.[1];
	const given = Buffer.from(encoded ?? '', 'base64').toString('utf8');
	return timingSafeEqualStrings(given, `app:${appSecret}`);
}

/**
 * Returns the query parameters.
 * @throws {FilestackError} for a repeated parameter
 */
export function queryOf(request: FastifyRequest): Record<string, string | undefined> {
	const query = request.query as Record<string, string | string[] | undefined>;
	const repeated = Object.keys(query).find((name) => Array.isArray(query[name]));
	if (repeated !== undefined) throw new FilestackError(400, `${repeated} must be given once`);
	return query as Record<string, string | undefined>;
}

/** Returns the authorization of a File API request: Basic or the query. */
export function signatureFrom(request: FastifyRequest): Proof {
	const { policy, signature } = queryOf(request);
	return { policy, signature, authorization: request.headers.authorization };
}

/**
 * Reads a boolean query parameter; `undefined` if absent.
 * @throws {FilestackError} for any other value
 */
export function booleanParameter(name: string, value: string | undefined): boolean | undefined {
	if (value === undefined) return undefined;
	if (value === 'true' || value === '1') return true;
	if (value === 'false' || value === '0') return false;
	throw new FilestackError(400, `${name} must be true or false`);
}
