import type { FastifyRequest } from 'fastify';
import { timingSafeEqualStrings } from '../../core/timingSafeEqual.mts';
import type { ServiceContext } from '../../core/service.mts';
import { type Call, Permission, PolicyError, readPolicy } from './policy.mts';
import { FilestackError } from './error.mts';

/** What a request shows to prove its right. */
export interface Proof {
	policy?: string;
	signature?: string;
	/** The Authorization header, where the origin reads it (the File API alone). */
	authorization?: string;
}

export interface Requirement {
	/** Of each group one is needed. */
	calls: readonly (readonly Call[])[];
	handle?: string;
	/** Proof is needed even when the app has security switched off: overwrite, delete, EXIF. */
	always?: boolean;
}

/**
 * Judges what a request may do.
 * @throws PolicyProblem
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

/** HTTP Basic, user "app", password the app's secret (Filestack docs, File API, Security). */
function isAppSecret(authorization: string, appSecret: string): boolean {
	const encoded = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization)?.[1];
	const given = Buffer.from(encoded ?? '', 'base64').toString('utf8');
	return timingSafeEqualStrings(given, `app:${appSecret}`);
}

/**
 * The query, each name once.
 * @throws Refused for a repeated name
 */
export function queryOf(request: FastifyRequest): Record<string, string | undefined> {
	const query = request.query as Record<string, string | string[] | undefined>;
	const repeated = Object.keys(query).find((name) => Array.isArray(query[name]));
	if (repeated !== undefined) throw new FilestackError(400, `${repeated} must be given once`);
	return query as Record<string, string | undefined>;
}

/** What a request to the File API shows: Basic or the query. */
export function signatureFrom(request: FastifyRequest): Proof {
	const { policy, signature } = queryOf(request);
	return { policy, signature, authorization: request.headers.authorization };
}

/**
 * A boolean of a query; `undefined` when absent.
 * @throws Refused when it is something else
 */
export function booleanParameter(name: string, value: string | undefined): boolean | undefined {
	if (value === undefined) return undefined;
	if (value === 'true' || value === '1') return true;
	if (value === 'false' || value === '0') return false;
	throw new FilestackError(400, `${name} must be true or false`);
}
