import type { FastifyRequest } from 'fastify';
import { type Requirement, authorize, type Proof, queryOf } from './access.mts';
import { type CdnPath, readCdnPath, securityIn } from './cdnPath.mts';
import { FilestackError } from './error.mts';
import type { StoredFile } from './files.mts';
import type { Instance } from './instance.mts';
import { type Call, type Permission, PolicyError } from './policy.mts';
import type { Parameters } from './processing/task.mts';
import { isIntelligence } from './processing/taskRules.mts';

/** A request to the CDN: what it asks for. The functions below check whether it may. */
export interface CdnRequest {
	request: FastifyRequest;
	path: CdnPath;
	query: Readonly<Record<string, string | undefined>>;
	proof: Proof;
}

/** Bytes of the longest path; not documented. */
const MAX_PATH = 16_384;

/** @throws {FilestackError} if the path is invalid */
export function readCdnRequest(request: FastifyRequest): CdnRequest {
	const [target] = request.url.split('?', 1);
	if (target.length > MAX_PATH) throw new FilestackError(414, 'URI Too Long');
	const path = readCdnPath(target);
	const query = queryOf(request);
	const task = path.tasks.find(({ name }) => name === 'security');
	// The CDN ignores the File API's Basic authentication.
	const proof =
		task === undefined
			? { policy: query.policy, signature: query.signature }
			: securityIn(task.parameters);
	return { request, path, query, proof };
}

/** Returns the parameters of the first task with a name. */
export const parametersOf = ({ path }: CdnRequest, name: string): Parameters | undefined =>
	path.tasks.find((task) => task.name === name)?.parameters;

export const isExternal = (source: string): boolean => /^(https?|src):\/\//i.test(source);

/** Checks the permissions of a chain and its sources, before any of them is read. */
export function authorizeChain(asked: CdnRequest, instance: Instance): Permission {
	const { path, proof } = asked;
	const stores = parametersOf(asked, 'store') !== undefined;
	const reads = path.sources.length > 0 && !path.sources.some(isExternal);
	const calls: (readonly Call[])[] = [
		['convert'],
		...(reads ? [['read'] as const] : []),
		...(stores ? [['store', 'pick'] as const] : []),
	];
	const always = path.tasks.some(({ name }) => isIntelligence(name));
	const permission = authorizeCdn(proof, { calls, always }, instance);
	requireApiKey(path, instance);
	return permission;
}

/**
 * Returns the file of a request. Checks permissions first, so that clients without permission cannot find out which
 * handles exist.
 */
export function openFile(
	{ path, proof }: CdnRequest,
	need: Omit<Requirement, 'handle'>,
	instance: Instance,
): StoredFile {
	const handle = path.sources[0] ?? '';
	authorizeCdn(proof, { ...need, handle }, instance);
	requireApiKey(path, instance);
	const file = instance.files.get(handle);
	if (!file) throw new FilestackError(404, 'File not found');
	return file;
}

/** An API key in the path must be the app's; for external URLs and without a source it is required. */
export function requireApiKey({ apiKey, sources }: CdnPath, { context }: Instance): void {
	const isRequired = sources.length === 0 || sources.some(isExternal);
	if (apiKey === context.secrets.apiKey || (apiKey === undefined && !isRequired)) return;
	throw new FilestackError(401, 'storage provider error: Invalid Application (idx 0)');
}

/** Checks the permissions and reports errors in the two messages known from Filestack's CDN. */
export function authorizeCdn(proof: Proof, need: Requirement, { context }: Instance): Permission {
	try {
		return authorize(proof, need, context);
	} catch (error) {
		if (!(error instanceof PolicyError)) throw error;
		const { policy, signature } = proof;
		if (policy === undefined && signature === undefined) {
			const status = Number(context.settings.get('missingPolicyStatus'));
			throw new FilestackError(status, 'policy error: proper credentials were not provided');
		}
		const shown = `(signature: "${signature ?? ''}"; policy "${policy ?? ''}")`;
		throw new FilestackError(
			403,
			`application [${context.secrets.appId}] policy error: ${error.message}: ${shown}`,
		);
	}
}
