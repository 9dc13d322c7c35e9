import type {
	IDataObject,
	IHttpRequestMethods,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';

import { readBaseUrl, readCheckedCredential } from './credential';
import {
	connectionError,
	incompleteResponseError,
	isMarkup,
	isWebPage,
	responseError,
	unexpectedResponseError,
	withUnknownResultHint,
} from './errors';
import {
	cancellableSleep,
	isRetryable,
	type OutageRetries,
	parseRetryAfter,
	type RequestFailure,
	retryDelay,
	toRequestFailure,
} from './retry';
import { learnSecrets } from './secrets';
import {
	type ByteStream,
	contentOf,
	type ExpectedBody,
	isJsonObject,
	reportsError,
	type Service,
	type ServiceContext,
} from './service';
import { readResponseBody, responseDeadline } from './responseBody';
import { executionSignal, type StallGuard, withSignal } from './stallGuard';

/** Milliseconds to wait for the beginning of the response to a JSON call. */
const RESPONSE_TIMEOUT = 60_000;

export interface ApiCall<T = unknown> {
	method: IHttpRequestMethods;
	/** Relative to the base URL; every segment from user input must go through `pathSegment`. */
	path: string;
	/** A function is called for each attempt, for example to sign it again. */
	qs?: IDataObject | (() => IDataObject | undefined);
	/** Sent as JSON. */
	body?: IDataObject;
	/** Sent unchanged; created again for each attempt. */
	payload?: Payload;
	headers?: Record<string, string>;
	/** The required content of the response. */
	expects: ExpectedBody<T>;
	/** A different base URL from the same credential. */
	baseUrl?: string;
	/**
	 * Milliseconds to wait for the beginning of the response, for calls that take the service long. The whole call may take
	 * twice as long.
	 */
	timeout?: number;
	/** Whether the call may be sent twice, evaluated after a failed attempt. Defaults to true for GET and DELETE. */
	retryable?: boolean | ((failure: RequestFailure) => boolean);
	/** Retries the call through an outage, as one of the requests of a transfer. Only for calls that are safe to retry. */
	retries?: OutageRetries;
	/**
	 * A sentence about the possible effect, added to an error after which the service may have acted. A call that must
	 * not run twice has a default sentence.
	 */
	unknownResultHint?: string;
	/** Whether an empty success is valid; its body is then ''. */
	allowEmpty?: boolean;
	/** Whether a success in plain text is valid, or JSON such as `true`; a web page never is. */
	allowText?: boolean;
	/** Statuses that confirm, if the response to an earlier attempt was lost, that this attempt has taken effect. */
	doneStatuses?: readonly number[];
}

/** Bytes to send. A stream can be read only once, so every attempt opens the payload again. */
export interface Payload {
	contentType: string;
	/** Bytes. */
	size: number;
	open(): Promise<OpenPayload>;
}

/** A payload that was opened for one attempt. */
export interface OpenPayload {
	body: Buffer | ByteStream;
	/** Ends the attempt when no data is transferred; without it, the response timeout applies. */
	stallGuard?: StallGuard;
	/**
	 * Called when a success arrives.
	 * @throws {Error} if the service cannot have the whole body
	 */
	assertSent?(): void;
	/** Called when the attempt is over, whether or not the body was read to its end. */
	close?(): void;
}

export interface ApiResponse<T = unknown> {
	status: number;
	/** The required content, parsed. */
	body: T;
	headers: Record<string, unknown>;
	/** Whether an earlier attempt may have taken effect: its response was lost or was a server error. */
	mayHaveSucceededBefore: boolean;
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
): Promise<ApiResponse<T>> {
	const secrets = await learnSecrets(context, service.credential);
	const credential = await secrets.credential(service.credential);
	const qs = () => {
		const query = typeof call.qs === 'function' ? call.qs() : call.qs;
		for (const text of service.secretsIn?.(query ?? {}, credential) ?? []) secrets.add(text);
		return query;
	};
	try {
		await readCheckedCredential(context, service);
		const baseUrl = call.baseUrl ?? (await readBaseUrl(context, service));
		const response = await send(context, service, { ...call, qs }, baseUrl);
		const body = secrets.hideInBody(response.body);
		return validateResponse(context, service, call, { ...response, body }, new URL(baseUrl).origin);
	} catch (error) {
		throw withUnknownResultHint(secrets.hideInThrown(error), possibleEffect(service, call));
	}
}

function possibleEffect(
	{ name }: Service,
	{ method, payload, retryable, retries, unknownResultHint }: ApiCall,
): string {
	if (unknownResultHint !== undefined) return unknownResultHint;
	const isSafe = method === 'GET' || method === 'DELETE' || Boolean(retryable ?? retries);
	// The upload itself adds how much of a file was sent.
	if (isSafe || payload) return '';
	return `${name} may have completed the request anyway. Check before you run the node again.`;
}

/** Validates a response and extracts the required content. */
function validateResponse<T>(
	context: ServiceContext,
	service: Service,
	call: ApiCall<T>,
	response: ApiResponse,
	origin: string,
): ApiResponse<T> {
	const node = context.getNode();
	const { status, body: whole, mayHaveSucceededBefore } = response;
	const { expects, doneStatuses = call.method === 'DELETE' ? [404] : [] } = call;
	if (status >= 300 && status < 400) {
		throw unexpectedResponseError(
			node,
			service,
			origin,
			`it returned a redirect (${status})`,
			status,
		);
	}
	// An earlier attempt has taken effect, and the response was lost.
	if (mayHaveSucceededBefore && doneStatuses.includes(status)) {
		return { ...response, body: expects.read('', 204) as T };
	}
	if (status >= 400 || reportsError(whole) || service.reportsFailure?.(whole)) {
		const retryAfter = parseRetryAfter(response.headers);
		const details = { status, body: whole, retryAfter, origin, path: call.path };
		const error = responseError(node, service, details);
		error.context.mayHaveSucceededBefore = mayHaveSucceededBefore;
		throw error;
	}
	const body = contentOf(whole, expects, status, { allowsList: call.method !== 'GET' });
	const isEmpty = body === '' || body === undefined || body === null;
	const isText = call.allowText === true && body !== false && !isMarkup(body);
	if (!isEmpty && !isText && !isJsonObject(body) && !Array.isArray(body)) {
		const seen = isWebPage(body) ? 'a web page' : 'something other than JSON';
		throw unexpectedResponseError(node, service, origin, `it returned ${seen} (${status})`);
	}
	const allowsEmpty = call.allowEmpty || status === 204;
	const read = isEmpty && !allowsEmpty ? undefined : expects.read(isEmpty ? '' : body, status);
	if (read !== undefined) return { ...response, body: read };
	throw incompleteResponseError(node, service, { origin, what: expects.what, isEmpty, status });
}

/** Sends the call, retries it where that is safe, and returns the last response. */
async function send(
	context: ServiceContext,
	service: Service,
	call: ApiCall,
	baseUrl: string,
): Promise<ApiResponse> {
	const { path } = call;
	const signal = executionSignal(context);
	let wasSent = false;
	for (let attempt = 1; ; attempt++) {
		const result = signal?.aborted
			? { code: 'ERR_CANCELED', unsent: true }
			: await attemptRequest(context, service.credential, call, `${baseUrl}${path}`);
		const mayHaveSucceededBefore = wasSent;
		wasSent ||= result.response ? result.response.status >= 500 : !result.unsent;
		if (result.status !== undefined && result.status < 300) call.retries?.recordSuccess();
		const wait = signal?.aborted ? undefined : waitBeforeRetry(call, attempt, result);
		if (wait === undefined) {
			if (result.response) return { ...result.response, mayHaveSucceededBefore };
			const { origin } = new URL(baseUrl);
			// A failure to connect now does not mean that an earlier attempt did not reach the service.
			throw connectionError(context.getNode(), service, origin, {
				...result,
				unsent: !wasSent,
			});
		}
		await cancellableSleep(wait, signal);
	}
}

/** Returns the milliseconds to wait before the next attempt; undefined if there must not be one. */
function waitBeforeRetry(
	{ method, retries, retryable = method === 'GET' || method === 'DELETE' }: ApiCall,
	attempt: number,
	result: AttemptResult,
): number | undefined {
	if (result.status !== undefined && result.status < 300) return undefined;
	if (retries) return retries.delay(attempt, result);
	const isSafe = typeof retryable === 'function' ? retryable(result) : retryable;
	return isRetryable(result, isSafe) ? retryDelay(attempt, result) : undefined;
}

interface AttemptResult extends RequestFailure {
	response?: Omit<ApiResponse, 'mayHaveSucceededBefore'>;
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
	const opened = await payload?.open();
	const guard = opened?.stallGuard ?? responseDeadline(2 * timeout, executionSignal(context));
	const sender = withSignal(context, guard.signal);
	// Created for each attempt, because n8n modifies the options.
	const options: IHttpRequestOptions = {
		method,
		url,
		qs: typeof qs === 'function' ? qs() : qs,
		body: opened?.body ?? body,
		headers: payload
			? { ...headers, 'content-type': payload.contentType, 'content-length': payload.size }
			: { ...headers },
		json: true,
		// Return when the headers arrive: a service that rejects a file unread responds and closes the connection, and a
		// response may be endless.
		encoding: 'stream',
		timeout: opened?.stallGuard ? 0 : timeout,
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
		if (status < 300) opened?.assertSent?.();
		const parsed = await readResponseBody(response.body, status, {
			signal: guard.signal,
			mustBeComplete: status < 300 || !payload,
		});
		return {
			status,
			retryAfter: parseRetryAfter(received),
			response: { status, body: parsed, headers: received },
		};
	};
	try {
		return await guard.during(request());
	} catch (error) {
		return toRequestFailure(error);
	} finally {
		// The service may respond before it has read the whole body: the upload would continue in the background.
		opened?.close?.();
	}
}
