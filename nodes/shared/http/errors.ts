import { type INode, type JsonObject, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { FEWER_AT_ONCE, LONGER_STALL, LONGER_TIMEOUT, withOptionAdvice } from './optionAdvice';
import { isCertificateError, isUnsent, type RequestFailure } from './retry';
import { baseUrlLabel, isJsonObject, type JsonRecord, type Service, textOf } from './service';

type Failure = NonNullable<ConstructorParameters<typeof NodeApiError>[2]>['failure'];

/** An explanation of each connection error code. */
const CONNECTION_ERRORS: Readonly<Record<string, string>> = {
	ERR_CANCELED: 'The execution was stopped',
	ECONNREFUSED: 'Nothing is listening at that address and port',
	ENOTFOUND: 'The host name could not be found',
	EAI_AGAIN: 'The DNS server did not respond',
	EHOSTUNREACH: 'The host is unreachable from this n8n instance',
	ENETUNREACH: 'The network is unreachable from this n8n instance',
	ECONNRESET: 'The connection was closed before the full response arrived',
	ERR_BAD_RESPONSE: 'The response was cut off',
	EPIPE: 'The connection was closed while the request was being sent',
	ETIMEDOUT: 'The request timed out',
	ECONNABORTED: 'The request timed out',
	EPROTO:
		'The TLS connection to the host failed. For this port, the address may need to start with http://',
	ERR_INVALID_CHAR:
		'The credential contains a character that cannot be sent, such as a line break or an accent',
	HPE_HEADER_OVERFLOW: 'The headers of the response are too large',
	CERT_HAS_EXPIRED: 'The TLS certificate of the host has expired',
	DEPTH_ZERO_SELF_SIGNED_CERT: 'The TLS certificate of the host is self-signed',
	SELF_SIGNED_CERT_IN_CHAIN: 'The TLS certificate of the host is self-signed',
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The TLS certificate of the host cannot be verified',
	ERR_TLS_CERT_ALTNAME_INVALID: 'The TLS certificate belongs to a different host name',
};

/** The codes of a timeout while the service may still be working. */
const RESPONSE_TIMEOUTS = new Set(['ETIMEDOUT', 'ECONNABORTED']);

/** Explanations of responses that arrived, but cannot be used; by the code of their error. */
const UNUSABLE_RESPONSES: Readonly<Record<string, string>> = {
	ESLOWRESPONSE: 'The service, or a proxy in front of it, responds too slowly.',
	ERESPONSESIZE: 'A response of the service is much smaller, so the rest was not read.',
};

const UNDECODABLE =
	'The service, or a proxy in front of it, sent compressed data that is damaged or incomplete.';

/** Whether an error code stands for a response that arrived, but cannot be used. */
export const isUnusableResponse = (code: string): boolean =>
	Object.hasOwn(UNUSABLE_RESPONSES, code) || isDecodingError(code);

/** Whether an error code comes from the decoder of a compressed response: zlib, Brotli or Zstandard in Node. */
export const isDecodingError = (code: string): boolean =>
	/^(?:Z_|ERR__|ERR_BROTLI|ERR_TRAILING_JUNK|BROTLI|ZSTD)/.test(code);

/** Explains an error code of {@link isUnusableResponse}; the messages of decoders say nothing to a user. */
export const unusableReason = (code: string, reason: string): string =>
	isDecodingError(code) ? 'The compressed response cannot be decoded' : reason;

/** For http:// addresses: a TLS server responds to them with something other than HTTP, or closes the connection. */
export const TLS_HINT = 'For this port, the address may need to start with https://';

/** Characters that an error quotes from a service's message, and from the title of a web page. */
const MAX_MESSAGE_LENGTH = 300;
const MAX_TITLE_LENGTH = 100;
/** Characters of a text from outside that are processed. */
const MAX_QUOTED = 10_000;

/**
 * Creates the error for a request without a response. Does not pass the HTTP library's error as `cause`, because that
 * contains the request headers with the credentials.
 */
export function connectionError(
	node: INode,
	{ name }: Pick<Service, 'name'>,
	origin: string,
	failure: RequestFailure,
) {
	const { code = '', reason } = failure;
	const explanation = messageText(reason) ?? 'The connection failed';
	if (code === 'ESTALLED') {
		const error = new NodeApiError(node, {} as JsonObject, {
			message: `${name}: ${explanation}`,
			description: 'The transfer was cancelled. Run the node again.',
			failure: { cause: 'temporarily-unavailable' },
		});
		return withOptionAdvice(error, LONGER_STALL);
	}
	if (isUnusableResponse(code)) {
		const error = new NodeApiError(node, {} as JsonObject, {
			message: `${name}: ${unusableReason(code, explanation)}`,
			description: `${UNUSABLE_RESPONSES[code] ?? UNDECODABLE} Check that the address ${origin} is right. If it is, run the node again later.`,
			failure: { cause: 'temporarily-unavailable' },
		});
		error.context.code = code;
		error.context.mayHaveSucceeded = true;
		return code === 'ESLOWRESPONSE' ? withOptionAdvice(error, LONGER_TIMEOUT) : error;
	}
	const error = new NodeApiError(node, {} as JsonObject, {
		message: `${name} could not be reached at ${origin}`,
		description: `${describeConnectionError(code) ?? explanation}${code && ` (${code})`}. Check the address and make sure this n8n instance can reach it, then run the node again.`,
		failure: { cause: 'temporarily-unavailable' },
	});
	error.context.code = code;
	error.context.mayHaveSucceeded = !(failure.unsent ?? isUnsent(code, reason));
	return RESPONSE_TIMEOUTS.has(code) ? withOptionAdvice(error, LONGER_TIMEOUT) : error;
}

/** Explains a connection error code; undefined for an unknown code. */
export function describeConnectionError(code: string): string | undefined {
	if (CONNECTION_ERRORS[code]) return CONNECTION_ERRORS[code];
	if (isCertificateError(code))
		return 'This n8n instance does not trust the TLS certificate of the host';
	if (code.startsWith('HPE_')) return 'The response is not HTTP. ' + TLS_HINT;
	return code.startsWith('ERR_SSL_') ? CONNECTION_ERRORS.EPROTO : undefined;
}

interface ErrorResponse {
	status: number;
	body: unknown;
	/** Milliseconds. */
	retryAfter?: number;
	/** The origin and the path of a call to the service's API; undefined for any other request. */
	origin?: string;
	path?: string;
}

/** Creates the error for a response that reports a failure, by its status or in its body. */
export function responseError(node: INode, service: Service, response: ErrorResponse) {
	const { status, body, retryAfter, origin } = response;
	const reported = messageText(service.errorMessage(body));
	const isPage = reported === undefined && isWebPage(body);
	const title = isPage ? titleOf(body) : undefined;
	const page = `: a web page${title ? ` (“${title}”)` : ''}`;
	const quoted = reported ?? messageText(body);
	const advice = (isPage && service.pageAdvice?.[status]) || adviceFor(service, response);
	const hint = isPage ? pageHint : advice === undefined ? addressHint : undefined;
	const error = new NodeApiError(node, {} as JsonObject, {
		httpCode: String(status),
		message: `${service.name} responded with ${status}${quoted ? `: ${quoted}` : isPage ? page : ''}`,
		description: [retryHint(retryAfter), advice, origin && hint?.(service, origin)]
			.filter(Boolean)
			.join(' '),
		failure: failureOf(status, retryAfter),
	});
	error.context.mayHaveSucceeded = status >= 500;
	const more = service.optionAdvice?.[status] ?? (status === 429 ? [FEWER_AT_ONCE] : []);
	return withOptionAdvice(error, ...more);
}

/** Returns the advice for a status; undefined if only the address can be wrong. */
function adviceFor(service: Service, { status, path }: ErrorResponse): string | undefined {
	if (status === 404 && path !== undefined && service.missingAdvice) {
		return service.missingAdvice(path);
	}
	return service.advice[status] ?? generalAdvice(status);
}

const addressHint = ({ name }: Service, origin: string) =>
	`The server at ${origin} does not have this part of the ${name} API. Check the address in the ${name} credential.`;

const pageHint = (service: Service, origin: string) =>
	`${service.name} does not send web pages: a proxy or another server responded at ${origin}. If this keeps happening, check the ${baseUrlLabel(service)} in the ${service.name} credential.`;

/** Creates the error for a success that does not contain the content that the call requires. */
export function incompleteResponseError(
	node: INode,
	service: Service,
	response: { origin: string; what: string; isEmpty: boolean; status: number },
) {
	const { origin, what, isEmpty, status } = response;
	const error = new NodeApiError(node, {} as JsonObject, {
		message: `${service.name} responded without ${what}`,
		description: `The response (${status}) ${isEmpty ? 'is empty' : 'does not contain it'}. Check the ${baseUrlLabel(service)} in the ${service.name} credential: a proxy or another server may be responding at ${origin}.`,
	});
	error.context.mayHaveSucceeded = true;
	return error;
}

/** Creates the error for a response that does not come from the service: a web page, a redirect or a truncated body. */
export function unexpectedResponseError(
	node: INode,
	service: Service,
	origin: string,
	seen: string,
	status?: number,
) {
	const error = new NodeApiError(node, {} as JsonObject, {
		...(status !== undefined && { httpCode: String(status) }),
		message: `${origin} does not look like ${service.name}: ${seen}`,
		description:
			(status && service.pageAdvice?.[status]) ||
			`Check the ${baseUrlLabel(service)} in the ${service.name} credential. The address may point to a proxy, a login page or a different server.`,
	});
	error.context.mayHaveSucceeded = status === undefined || status < 300;
	return error;
}

/** Whether a body is markup and not text: a web page, or the XML of an object storage. */
export const isMarkup = (body: unknown): body is string =>
	typeof body === 'string' && /^\s*</.test(body);

/** Whether a body is a web page. The services send none from their APIs. */
export const isWebPage = (body: unknown): body is string =>
	isMarkup(body) &&
	/<(!doctype\s+html|html|head|body|title|h\d|p|div|center)\b/i.test(body.slice(0, 2000));

/** Returns a service's message on one line and limited in length; undefined for a web page and for anything but text. */
export function messageText(message: unknown): string | undefined {
	const text = typeof message === 'string' ? textOf(message.slice(0, MAX_QUOTED)) : undefined;
	if (text === undefined || /^\s*<|<(!doctype|html|head|body|title)\b/i.test(text.slice(0, 1000))) {
		return undefined;
	}
	return textOf(singleLine(text, MAX_MESSAGE_LENGTH));
}

function titleOf(page: string): string | undefined {
	const title = /<title[^>]{0,100}>([^<]{1,1000})/i.exec(page.slice(0, 20_000))?.[1];
	return textOf(singleLine(title ?? '', MAX_TITLE_LENGTH));
}

/** Removes control characters, line breaks and direction marks, and limits the length. */
export function singleLine(text: string, maxLength: number): string {
	const line = text
		.slice(0, 10 * maxLength)
		.toWellFormed()
		.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]+/gu, ' ')
		.trim();
	const characters = [...line];
	return characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : line;
}

/** Whether the service may have acted although the call failed: the response was lost, or the service failed. */
export function mayHaveSucceeded(error: unknown): error is NodeApiError {
	if (!(error instanceof NodeApiError)) return false;
	const { httpCode, context } = error;
	if (typeof context.mayHaveSucceeded === 'boolean') return context.mayHaveSucceeded;
	return httpCode ? Number(httpCode) >= 500 : true;
}

/** Whether an earlier attempt of the failed call may have taken effect, because its response was lost. */
export const mayHaveSucceededBefore = (error: unknown): error is NodeApiError =>
	error instanceof NodeApiError && error.context.mayHaveSucceededBefore === true;

/** Appends a sentence on the possible effect to an error after which the service may have acted. */
export function withUnknownResultHint(error: unknown, sentence: string): unknown {
	if (!mayHaveSucceeded(error) && !mayHaveSucceededBefore(error)) return error;
	return Object.assign(error, { description: `${error.description ?? ''} ${sentence}`.trim() });
}

/** Adds the item index to an error, so that the editor shows it; wraps an error that is not n8n's. */
export function withItemIndex(node: INode, error: unknown, itemIndex: number) {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		error.context.itemIndex = itemIndex;
		return error;
	}
	// Not as `cause`: an error of the HTTP library contains the request headers with the credentials.
	const cause = isHttpError(error) ? new Error(textOf(error.message)) : (error as Error);
	return new NodeOperationError(node, cause, { itemIndex });
}

/** The index of the item that an error of n8n names. */
export function itemIndexOf(error: unknown): number | undefined {
	if (!(error instanceof NodeApiError || error instanceof NodeOperationError)) return undefined;
	const { itemIndex } = error.context;
	return typeof itemIndex === 'number' ? itemIndex : undefined;
}

const isHttpError = (error: unknown): error is JsonRecord =>
	isJsonObject(error) && ('config' in error || 'request' in error || 'response' in error);

function generalAdvice(status: number): string {
	if (status === 507)
		return 'The service has no storage space left. Free some, then run the node again.';
	if (status >= 500 || status === 408 || status === 425)
		return 'The service is temporarily unavailable. Try again later.';
	if (status === 429) return 'Run the workflow less often or with fewer items.';
	return 'Check the node parameters.';
}

function retryHint(retryAfter: number | undefined): string {
	if (retryAfter === undefined) return '';
	return `The service asks clients to wait until ${new Date(Date.now() + retryAfter).toISOString()}.`;
}

/** The longest delay of a Node timer, in milliseconds. n8n's Retry On Fail passes this value to one. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function failureOf(status: number, retryAfterMs: number | undefined): Failure {
	if (status === 401) return { cause: 'credential-invalid' };
	const wait =
		retryAfterMs === undefined ? {} : { retryAfterMs: Math.min(retryAfterMs, MAX_TIMER_MS) };
	if (status === 429) return { cause: 'rate-limited', ...wait };
	if (status >= 500) return { cause: 'temporarily-unavailable', ...wait };
	return undefined;
}

/** Creates the error for an ID that the user has to correct; `problem` continues its label: “is empty”. */
export const invalidIdError = (node: INode, label: string, problem: string, itemIndex?: number) =>
	new NodeOperationError(node, `The ${label} ${problem}`, {
		description: `Enter a value for “${label}”, for example with an expression that refers to an earlier node.`,
		itemIndex,
	});
