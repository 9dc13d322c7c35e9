import type {
	IDataObject,
	IHttpRequestMethods,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { baseUrlOf, checkedCredential } from './address';
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
	type Essential,
	isJsonObject,
	type Json,
	reportsError,
	type Service,
	type ServiceContext,
	textOf,
} from './service';
import { parseBody, readAnswer } from './transfer/answer';
import type { ByteStream } from './transfer/measured';
import type { StallGuard } from './transfer/stall';

/** Milliseconds within which a JSON call has to be answered. */
const ANSWER_TIMEOUT = 60_000;

export interface ApiCall<T = unknown> {
	method: IHttpRequestMethods;
	/** Below the base URL; every part that comes from outside goes through {@link pathPart}. */
	path: string;
	qs?: IDataObject;
	/** Sent as JSON. */
	body?: IDataObject;
	/** Sent as it is; made anew for each attempt. */
	payload?: Payload;
	headers?: Record<string, string>;
	/** What the response has to contain. */
	needs: Essential<T>;
	/** Another base URL of the same credential. */
	baseUrl?: string;
	/** Milliseconds within which an answer has to come, for calls that take the service long. */
	timeout?: number;
	/** Whether the service may get the call twice without harm, asked after a failed attempt. GET and DELETE may. */
	repeatable?: boolean | ((setback: Setback) => boolean);
	/**
	 * What may have happened in spite of the error, where the service may have acted. A call that must not
	 * run twice has a sentence of its own anyway.
	 */
	doubt?: string;
	/** Whether a success without any content is an answer too; its body is then ''. */
	mayBeEmpty?: boolean;
	/** Whether a success in plain text is an answer too; a web page never is. */
	mayBeText?: boolean;
}

/** Bytes to send. A stream is read once, so each attempt opens it anew. */
export interface Payload {
	open(): Promise<Buffer | ByteStream>;
	contentType: string;
	/** Bytes. */
	size: number;
	/** Ends the source of the stream that was opened last, in case that nobody reads it to its end. */
	abandon?(): void;
	/** Watches over one attempt; without one the usual time limit for an answer applies. */
	guard?(): StallGuard;
}

export interface Answer<T = unknown> {
	status: number;
	/** What the call needs, as it was read. */
	body: T;
	headers: Record<string, unknown>;
	/** Whether an earlier attempt may have been carried out: its response was lost, or was an error of the service. */
	mayHaveActedBefore: boolean;
}

/**
 * One segment of a path, percent-encoded, so that no ID can change which path is called.
 * @throws NodeOperationError for an ID that is empty or not text, that a URL parser would resolve away (`.` and `..`), or
 * that has a slash: some servers decode `%2F` before they look for the route (SpeedyFiles does).
 */
export function pathPart(context: ServiceContext, field: string, id: unknown): string {
	const text = typeof id === 'string' || typeof id === 'number' ? String(id).trim() : '';
	if (text === '' || /^\.+$/.test(text) || text.includes('/') || !text.isWellFormed()) {
		throw new NodeOperationError(
			context.getNode(),
			`The ${field} is ${text ? 'not valid' : 'empty'}`,
			{
				description: `Fill in the field “${field}”, for example with an expression that takes it from an earlier node.`,
			},
		);
	}
	return encodeURIComponent(text);
}

/**
 * Calls a service with its credential and gives back what the call needs of the answer.
 * No secret that is sent comes back: neither in the body nor in an error.
 * @throws NodeApiError with what the user can do: no connection, an error status, a failure that a success reports, no
 * JSON, or a response without what the call needs
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
		return essentialOf(context, service, call, { ...answer, body }, new URL(baseUrl).origin);
	} catch (error) {
		throw withDoubt(secrets.hideInThrown(error), doubtOf(service, call));
	}
}

function doubtOf({ name }: Service, { method, payload, repeatable, doubt }: ApiCall): string {
	if (doubt !== undefined) return doubt;
	const isHarmless = method === 'GET' || method === 'DELETE' || Boolean(repeatable);
	// Of a file, its upload says how far it came.
	if (isHarmless || payload) return '';
	return `${name} may have done it anyway: check before you run the node again.`;
}

/** Judges an answer, and reads out of it what the call needs. */
function essentialOf<T>(
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
		throw strangeAnswerError(node, service, origin, `it redirects (${status})`, status);
	}
	// An earlier attempt has done it, and its answer was lost.
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
		const seen = isWebPage(body) ? 'a web page' : 'no JSON';
		throw strangeAnswerError(node, service, origin, `it sent ${seen} (${status})`);
	}
	const mayBeEmpty = call.mayBeEmpty || status === 204;
	const read = isEmpty && !mayBeEmpty ? undefined : needs.read(isEmpty ? '' : body, status);
	if (read !== undefined) return { ...answer, body: read };
	throw incompleteAnswerError(node, service, { origin, what: needs.what, isEmpty, status });
}

/** Sends the call, again where that does no harm, and gives back the last answer. */
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
		const outcome = signal?.aborted
			? { code: 'ERR_CANCELED', unsent: true }
			: await attemptRequest(context, service.credential, call, `${baseUrl}${path}`);
		const mayHaveActedBefore = wasSent;
		wasSent ||= outcome.answer ? outcome.answer.status >= 500 : !outcome.unsent;
		const wait =
			!signal?.aborted && mayRepeat(outcome, isRepeatable(repeatable, outcome))
				? pauseAfter(attempt, outcome)
				: undefined;
		if (wait === undefined) {
			if (outcome.answer) return { ...outcome.answer, mayHaveActedBefore };
			const { origin } = new URL(baseUrl);
			// An earlier attempt may have arrived.
			throw connectionError(context.getNode(), service.name, origin, {
				...outcome,
				unsent: !wasSent,
			});
		}
		await pause(wait, signal);
	}
}

const isRepeatable = (repeatable: NonNullable<ApiCall['repeatable']>, outcome: Outcome) =>
	typeof repeatable === 'function' ? repeatable(outcome) : repeatable;

interface Outcome extends Setback {
	answer?: Omit<Answer, 'mayHaveActedBefore'>;
}

/**
 * One request. Every status comes back as an answer, so that the service's own words survive; redirects are not
 * followed, because they would carry the credentials along and keep a whole upload in memory for the replay.
 */
async function attemptRequest(
	context: ServiceContext,
	credential: string,
	{ method, qs, body, payload, headers = {}, timeout = ANSWER_TIMEOUT }: ApiCall,
	url: string,
): Promise<Outcome> {
	const sent = await payload?.open();
	const guard = payload?.guard?.();
	const asking = guard ? stoppedBy(context, guard.signal) : context;
	// Built anew for each attempt: n8n writes into the options that it is given.
	const options: IHttpRequestOptions = {
		method,
		url,
		qs,
		body: sent ?? body,
		headers: payload
			? { ...headers, 'content-type': payload.contentType, 'content-length': payload.size }
			: { ...headers },
		json: true,
		// The head of an answer counts at once: a service that refuses a file unread closes the connection behind it.
		encoding: payload ? 'stream' : undefined,
		timeout: guard ? 0 : timeout,
		returnFullResponse: true,
		disableFollowRedirect: true,
		sendCredentialsOnCrossOriginRedirect: false,
		// A plain `true`, which the oldest supported n8n knows too.
		ignoreHttpStatusErrors: true,
	};
	const request = async () => {
		const { helpers } = context;
		const asked = helpers.httpRequestWithAuthentication.call(asking, credential, options);
		const { statusCode: status, headers: told, body: said } = (await asked) as IN8nHttpFullResponse;
		const answer = payload ? await readAnswer(said as ByteStream, status) : parseBody(said);
		return {
			status,
			retryAfter: retryAfterOf(told),
			answer: { status, body: answer, headers: told },
		};
	};
	try {
		return await (guard?.during(request()) ?? request());
	} catch (error) {
		return setbackOf(error);
	} finally {
		// What is left of an upload that was refused or given up must not go on behind the answer's back.
		payload?.abandon?.();
	}
}

/**
 * What a thrown fault says: Node's code and system call, which n8n's and the HTTP library's errors carry somewhere below,
 * and its words.
 */
export function setbackOf(error: unknown): Setback {
	const levels: Json[] = [];
	for (let level = error; isJsonObject(level) && levels.length < 5; level = level.cause) {
		levels.push(level);
	}
	const reason = textOf(levels[0]?.message)?.replace(/\.$/, '');
	const code = levels.map((level) => textOf(level.code)).find(Boolean);
	// n8n's protection against forged requests refuses an address before anything is sent.
	if (levels.some(isRefusedByHost)) return { code, reason, unsent: true };
	if (code === undefined) return { reason };
	const words = levels.map((level) => textOf(level.message) ?? '').join('\n');
	const unsent = levels.some(({ syscall }) => isUnsent(code, words, syscall));
	return { code, reason, unsent };
}

const isRefusedByHost = ({ constructor: { name } }: Json) =>
	name === 'UserError' || name.startsWith('Ssrf');

/**
 * The context with another signal in place of the execution's: n8n puts that one into each request with a credential,
 * whatever the request says.
 */
export function stoppedBy<Context extends object>(context: Context, signal: AbortSignal): Context {
	const own = { getExecutionCancelSignal: { value: () => signal } };
	return Object.create(context, own) as Context;
}

/** The signal of the user's Stop button; triggers have none. */
export function cancelSignalOf(context: ServiceContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}
