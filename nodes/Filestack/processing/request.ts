import { NodeApiError } from 'n8n-workflow';

import { callApi } from '../../shared/http/client';
import { readAddressField, readCheckedCredential } from '../../shared/http/credential';
import { secretsOf } from '../../shared/http/secrets';
import type { ExpectedBody, Service } from '../../shared/http/service';
import type { ItemContext } from '../../shared/node/operation';
import { pastedText } from '../../shared/text';
import { filestack, readAppSecret, requireAppSecret } from '../service';
import { PATH_HAS_CREDENTIALS, type Policy, type PolicyCall, signPolicy } from '../signing';
import { isHandle, type Processing, processingPath, type SignedTask, type Task } from './grammar';

/** A request to the CDN that runs tasks. */
interface TaskRequest extends Omit<Processing, 'apiKey'> {
	/** What the policy allows. */
	calls: PolicyCall[];
	/** Set if Filestack always requires a policy: the call, as the start of an error message. */
	alwaysSigned?: string;
	/** Whether the policy cannot be limited to the source: an ID of a job, or one of several files. */
	unbound?: boolean;
}

/** Milliseconds that Filestack may take: an office document takes minutes. */
export const PROCESSING_TIMEOUT = 180_000;

const CACHE_HINT =
	'Filestack could not process the file. Check the parameters and the type of the file.';

const SOURCE_IS_MISSING =
	'The source was not found. Check the handle or the URL. A handle must belong to the app of the credential.';
const JOB_IS_MISSING =
	'The job was not found. Check its ID, and that the credential belongs to the app that started it.';

/** Filestack's CDN as a service that runs tasks. */
export const processing: Service = {
	...filestack,
	advice: { ...filestack.advice, 200: CACHE_HINT, 400: CACHE_HINT, 404: SOURCE_IS_MISSING },
	missingAdvice(path) {
		if (/\/workflow_status=|\/video_convert\/[^/]*$/.test(path)) return JOB_IS_MISSING;
		return path.includes('/text_sentiment=') ? undefined : SOURCE_IS_MISSING;
	},
};

/** Advice for messages that Filestack sends with different statuses (Filestack docs and Claude plugin, Errors). */
const ADVICE: ReadonlyArray<[message: RegExp, advice: string]> = [
	[/invalid application/i, filestack.advice[200]],
	[/polic|signature|credentials were not/i, filestack.advice[403]],
	[
		/unsupported (conversion|input format)|not an? (image|png)/i,
		'Filestack cannot convert a file of this type to the requested format. Check the type of the source.',
	],
	[
		/error fetching|unable to fetch/i,
		'Filestack could not download the source. Check that the URL can be accessed without signing in.',
	],
	[/output size limit|too large|pixel/i, 'The image is too large. Reduce its size first.'],
	[/timeout/i, 'The file took too long. Try a smaller file, or process fewer pages.'],
	[/`files` for `collage`/, 'A collage needs two or more images.'],
	[/invalid param/i, 'Correct the parameter named in the message, then run the node again.'],
];

/** Replaces the advice of an error by that for its message, because Filestack's statuses do not tell errors apart. */
export function withTaskAdvice(error: unknown): unknown {
	if (!(error instanceof NodeApiError)) return error;
	if (!['200', '400', '403'].includes(String(error.httpCode))) return error;
	const { message } = error;
	const found = ADVICE.find(([pattern]) => pattern.test(message));
	if (found) error.description = found[1];
	return error;
}

/** Returns the seconds since 1970 in some minutes. */
const inMinutes = (minutes: number): number => Math.floor(Date.now() / 1000) + minutes * 60;

/** Minutes that the policy of a request is valid. */
export const POLICY_MINUTES = 15;

interface ProcessingUrl {
	base: string;
	path: string;
	/** Undefined without an app secret. */
	signed?: SignedTask;
}

/**
 * Builds the URL of a request. The policy allows only the given calls, and only this file if there is one. Without an app
 * secret the URL is unsigned, which apps without security accept.
 * @param expiry unix seconds
 * @throws NodeOperationError for an invalid credential, or a task that requires the app secret
 */
export async function buildUrl(
	item: ItemContext,
	{ tasks, sources, calls, alwaysSigned, unbound = false }: TaskRequest,
	expiry = inMinutes(POLICY_MINUTES),
): Promise<ProcessingUrl> {
	const { functions } = item;
	const { apiKey } = await readCheckedCredential(functions, filestack);
	const base = await readAddressField(functions, filestack, 'cdnBaseUrl');
	const appSecret = alwaysSigned
		? await requireAppSecret(functions, alwaysSigned)
		: await readAppSecret(functions);
	const policy: Policy = { expiry, call: calls, ...(unbound ? {} : limitOf(sources)) };
	const signed = appSecret ? signPolicy(JSON.stringify(policy), appSecret) : undefined;
	const needsKey = unbound || typeof sources !== 'string' || !isHandle(sources);
	const key = needsKey ? pastedText(apiKey) : undefined;
	return { base, path: processingPath({ apiKey: key, tasks, sources }, signed), signed };
}

/** A policy can be limited to one handle, or to URLs that match a regular expression. */
function limitOf(sources: Processing['sources']): Pick<Policy, 'handle' | 'url'> {
	if (typeof sources !== 'string') return {};
	if (isHandle(sources)) return { handle: sources };
	return { url: `^${sources.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$` };
}

/** Hides the policy of a request in errors. */
export function hideSigned(item: ItemContext, { signed, path }: ProcessingUrl): void {
	for (const text of Object.values(signed ?? {})) secretsOf(item.functions).add(text);
	// In the Base64 form, the policy is one of the encoded tasks.
	if (signed) secretsOf(item.functions).add(/\/b64\/([^/]+)/.exec(path)?.[1]);
}

/** A request whose result is JSON. */
interface JsonRequest<T> extends TaskRequest {
	expects: ExpectedBody<T>;
	/** Milliseconds. */
	timeout?: number;
	/** Set for a request that must not be sent twice: what may have happened if its response is lost. */
	effect?: string;
}

/**
 * Runs tasks whose result is JSON.
 * @throws NodeApiError, NodeOperationError
 */
export async function fetchTaskResult<T>(item: ItemContext, request: JsonRequest<T>): Promise<T> {
	const url = await buildUrl(item, request);
	hideSigned(item, url);
	const { expects, timeout = PROCESSING_TIMEOUT, effect } = request;
	try {
		const { body } = await callApi(item.functions, processing, {
			method: 'GET',
			baseUrl: url.base,
			path: url.path,
			qs: PATH_HAS_CREDENTIALS,
			expects,
			timeout,
			...(effect && { retryable: false, unknownResultHint: effect }),
		});
		return body;
	} catch (error) {
		throw withTaskAdvice(error);
	}
}

/** Returns the task that bypasses the cache, if the user turned it off. */
export const cacheTasks = ({ option }: ItemContext): Task[] =>
	option<boolean>('cache') === false ? [{ name: 'cache', params: false }] : [];
