import type {
	IDataObject,
	IHttpRequestMethods,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { baseUrlOf, checkedCredential } from './credential';
import {
	answerError,
	connectionError,
	incompleteAnswerError,
	isMarkup,
	isWebPage,
	strangeAnswerError,
	withDoubt,
} from './errors';
import { isUnsent, mayRepeat, pause, pauseAfter, retryAfterOf, type Setback } from './retry';
import { learnSecrets } from './secrets';
import {
	type ByteStream,
	type Essential,
	isJsonObject,
	type Json,
	reportsError,
	type Service,
	type ServiceContext,
	textOf,
} from './service';
import { parseBody, readAnswer } from './responseBody';
import type { StallGuard } from './stallGuard';

/** Milliseconds to wait for the response to a JSON call. */
const RESPONSE_TIMEOUT = 60_000;

export interface ApiCall<T = unknown> {
	method: IHttpRequestMethods;
	/** Relative to the base URL; every segment from user input must go through {@link pathPart}. */
	path: string;
	qs?: IDataObject;
	/** Sent as JSON. */
	body?: IDataObject;
	/** Sent unchanged; created again for each attempt. */
	payload?: Payload;
	headers?: Record<string, string>;
	/** The required content of the response. */
	needs: Essential<T>;
	/** A different base URL from the same credential. */
	baseUrl?: string;
	/** Milliseconds to wait for the response, for calls that take the service long. */
	timeout?: number;
	/** Whether the call may be sent twice, evaluated after a failed attempt. Defaults to true for GET and DELETE. */
	repeatable?: boolean | ((setback: Setback) => boolean);
	/**
	 * A sentence about the possible effect, added to an error after which the service may have acted. A call that must
	 * not run twice has a default sentence.
	 */
	doubt?: string;
	/** Whether an empty success is valid; its body is then ''. */
	mayBeEmpty?: boolean;
	/** Whether a success in plain text is valid; a web page never is. */
	mayBeText?: boolean;
}

/** Bytes to send. A stream can be read only once, so each attempt opens a new one. */
export interface Payload {
	open(): Promise<Buffer | ByteStream>;
	contentType: string;
	/** Bytes. */
	size: number;
	/** Closes the source of the stream opened last, in case it was not read to its end. */
	abandon?(): void;
	/** Creates the stall guard of one attempt; without one the response timeout applies. */
	guard?(): StallGuard;
}

export interface Answer<T = unknown> {
	status: number;
	/** The required content, parsed. */
	body: T;
	headers: Record<string, unknown>;
	/** Whether an earlier attempt may have taken effect: its response was lost or was a server error. */
	mayHaveActedBefore: boolean;
}

/**
 * Percent-encodes an ID as one path segment, so that no ID can change the path that is called.
 * @throws NodeOperationError for an ID that is empty or not text, that a URL parser would resolve (`.` and `..`), or that
 * contains a slash: some servers, such as SpeedyFiles, decode `%2F` before routing
 */
export function pathPart(context: ServiceContext, field: string, id: unknown): string {
	const text = typeof id === 'string' || typeof id === 'number' ? String(id).trim() : '';
	if (text === '' || /^\.+$/.test(text) || text.includes('/') || !text.isWellFormed()) {
		throw new NodeOperationError(
			context.getNode(),
			`The ${field} is ${text ? 'not valid' : 'empty'}`,
			{
				description: `Enter a value for “${field}”, for example with an expression that refers to an earlier node.`,
			},
		);
	}
	return encodeURIComponent(text);
}

/**
 * Calls a service with its credential and returns the required content of the response. Secrets are hidden in the body
 * and in errors.
 * @throws NodeApiError with advice for the user: no connection, an error status, a success that reports a failure, a body
 * that is not JSON, or a response without the required content
 */
export async function callApi<T>(
	context: ServiceContext,
	service: Service,
	call: ApiCall<T>,
): Promise<Answer<T>> {
	const secrets = await learnSecrets(context, service.credential);
	const credential = await secrets.credential(service.credential);
	for (const text of service.secretsIn?.(call.qs ?? {}, credential) ?? []) secrets.add(text);
	try {
		await checkedCredential(context, service);
		const baseUrl = call.baseUrl ?? (await baseUrlOf(context, service));
		const answer = await send(context, service, call, baseUrl);
		const body = secrets.hideInBody(answer.body);
		return validateResponse(context, service, call, { ...answer, body }, new URL(baseUrl).origin);
	} catch (error) {
		throw withDoubt(secrets.hideInThrown(error), possibleEffect(service, call));
	}
}

function possibleEffect(
	{ name }: Service,
	{ method, payload, repeatable, doubt }: ApiCall,
): string {
	if (doubt !== undefined) return doubt;
	const isSafe = method === 'GET' || method === 'DELETE' || Boolean(repeatable);
	// The upload itself adds how much of a file was sent.
	if (isSafe || payload) return '';
	return `${name} may have completed the request anyway. Check before you run the node again.`;
}

/** Validates a response and extracts the required content. */
function validateResponse<T>(
	context: ServiceContext,
	service: Service,
	call: ApiCall<T>,
	answer: Answer,
	origin: string,
): Answer<T> {
	const node = context.getNode();
	const { status, body } = answer;
	const { needs } = call;
	if (status >= 300 && status < 400) {
		throw strangeAnswerError(node, service, origin, `it returned a redirect (${status})`, status);
	}
	// An earlier attempt has deleted it, and the response was lost.
	if (call.method === 'DELETE' && status === 404 && answer.mayHaveActedBefore) {
		return { ...answer, body: needs.read('', 204) as T };
	}
	if (status >= 400 || reportsError(body) || service.reportsFailure?.(body)) {
		const retryAfter = retryAfterOf(answer.headers);
		throw answerError(node, service, { status, body, retryAfter, origin });
	}
	const isEmpty = body === '' || body === undefined || body === null;
	const isText = typeof body === 'string' && call.mayBeText === true && !isMarkup(body);
	if (!isEmpty && !isText && !isJsonObject(body) && !Array.isArray(body)) {
		const seen = isWebPage(body) ? 'a web page' : 'something other than JSON';
		throw strangeAnswerError(node, service, origin, `it returned ${seen} (${status})`);
	}
	const mayBeEmpty = call.mayBeEmpty || status === 204;
	const read = isEmpty && !mayBeEmpty ? undefined : needs.read(isEmpty ? '' : body, status);
	if (read !== undefined) return { ...answer, body: read };
	throw incompleteAnswerError(node, service, { origin, what: needs.what, isEmpty, status });
}

/** Sends the call, retries it where that is safe, and returns the last response. */
async function send(
	context: ServiceContext,
	service: Service,
	call: ApiCall,
	baseUrl: string,
): Promise<Answer> {
	const { method, path } = call;
	const { repeatable = method === 'GET' || method === 'DELETE' } = call;
	const signal = cancelSignalOf(context);
	let wasSent = false;
	for (let attempt = 1; ; attempt++) {
		const result = signal?.aborted
			? { code: 'ERR_CANCELED', unsent: true }
			: await attemptRequest(context, service.credential, call, `${baseUrl}${path}`);
		const mayHaveActedBefore = wasSent;
		wasSent ||= result.answer ? result.answer.status >= 500 : !result.unsent;
		const wait =
			!signal?.aborted && mayRepeat(result, isRepeatable(repeatable, result))
				? pauseAfter(attempt, result)
				: undefined;
		if (wait === undefined) {
			if (result.answer) return { ...result.answer, mayHaveActedBefore };
			const { origin } = new URL(baseUrl);
			// A failure to connect now does not mean that an earlier attempt did not reach the service.
			throw connectionError(context.getNode(), service.name, origin, {
				...result,
				unsent: !wasSent,
			});
		}
		await pause(wait, signal);
	}
}

const isRepeatable = (repeatable: NonNullable<ApiCall['repeatable']>, result: AttemptResult) =>
	typeof repeatable === 'function' ? repeatable(result) : repeatable;

interface AttemptResult extends Setback {
	answer?: Omit<Answer, 'mayHaveActedBefore'>;
}

/**
 * Sends one request. Error statuses are returned and not thrown, because the HTTP library's error would lose the
 * service's message. Redirects are not followed: the credentials would be sent to the new address, and a whole upload
 * would be kept in memory for it.
 */
async function attemptRequest(
	context: ServiceContext,
	credential: string,
	{ method, qs, body, payload, headers = {}, timeout = RESPONSE_TIMEOUT }: ApiCall,
	url: string,
): Promise<AttemptResult> {
	const sent = await payload?.open();
	const guard = payload?.guard?.();
	const sender = guard ? stoppedBy(context, guard.signal) : context;
	// Created for each attempt, because n8n modifies the options.
	const options: IHttpRequestOptions = {
		method,
		url,
		qs,
		body: sent ?? body,
		headers: payload
			? { ...headers, 'content-type': payload.contentType, 'content-length': payload.size }
			: { ...headers },
		json: true,
		// Return when the headers arrive: a service that rejects a file unread responds and closes the connection.
		encoding: payload ? 'stream' : undefined,
		timeout: guard ? 0 : timeout,
		returnFullResponse: true,
		disableFollowRedirect: true,
		sendCredentialsOnCrossOriginRedirect: false,
		// `true`, because the oldest supported n8n does not accept an object here.
		ignoreHttpStatusErrors: true,
	};
	const request = async () => {
		const { helpers } = context;
		const sending = helpers.httpRequestWithAuthentication.call(sender, credential, options);
		const response = (await sending) as IN8nHttpFullResponse;
		const { statusCode: status, headers: received } = response;
		const parsed = payload
			? await readAnswer(response.body as ByteStream, status)
			: parseBody(response.body);
		return {
			status,
			retryAfter: retryAfterOf(received),
			answer: { status, body: parsed, headers: received },
		};
	};
	try {
		return await (guard?.during(request()) ?? request());
	} catch (error) {
		return setbackOf(error);
	} finally {
		// The service may respond before it has read the whole body: the upload would continue in the background.
		payload?.abandon?.();
	}
}

/**
 * Extracts Node's error code and system call, which the errors of n8n and of the HTTP library contain at some level of
 * their causes, and the message.
 */
export function setbackOf(error: unknown): Setback {
	const levels: Json[] = [];
	for (let level = error; isJsonObject(level) && levels.length < 5; level = level.cause) {
		levels.push(level);
	}
	const reason = textOf(levels[0]?.message)?.replace(/\.$/, '');
	const code = levels.map((level) => textOf(level.code)).find(Boolean);
	// n8n's protection against server-side request forgery blocks an address before anything is sent.
	if (levels.some(isBlockedByN8n)) return { code, reason, unsent: true };
	if (code === undefined) return { reason };
	const messages = levels.map((level) => textOf(level.message) ?? '').join('\n');
	const unsent = levels.some(({ syscall }) => isUnsent(code, messages, syscall));
	return { code, reason, unsent };
}

const isBlockedByN8n = ({ constructor: { name } }: Json) =>
	name === 'UserError' || name.startsWith('Ssrf');

/**
 * Returns the context with a different cancel signal. n8n passes the signal of the context to every request with a
 * credential and ignores one in the request options.
 */
export function stoppedBy<Context extends object>(context: Context, signal: AbortSignal): Context {
	const own = { getExecutionCancelSignal: { value: () => signal } };
	return Object.create(context, own) as Context;
}

/** Returns the signal that fires when the user stops the execution; triggers have none. */
export function cancelSignalOf(context: ServiceContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}
