import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { type Setback, wasNeverSent } from './retry';
import { addressFieldOf, type Service } from './service';

type Failure = NonNullable<ConstructorParameters<typeof NodeApiError>[2]>['failure'];

/** What each connection fault means to a person. */
const FAULTS: Readonly<Record<string, string>> = {
	ERR_CANCELED: 'The execution was stopped',
	ECONNREFUSED: 'Nothing answers at that address and port',
	ENOTFOUND: 'There is no host of that name',
	EAI_AGAIN: 'The name server did not answer',
	EHOSTUNREACH: 'The host cannot be reached from here',
	ENETUNREACH: 'The network cannot be reached from here',
	ECONNRESET: 'The connection was closed before the whole answer came',
	ERR_BAD_RESPONSE: 'The answer broke off',
	EPIPE: 'The connection was closed while the request was sent',
	ETIMEDOUT: 'No answer came in time',
	ECONNABORTED: 'No answer came in time',
	CERT_HAS_EXPIRED: 'The TLS certificate of the host has expired',
	DEPTH_ZERO_SELF_SIGNED_CERT: 'The TLS certificate of the host is self-signed',
	SELF_SIGNED_CERT_IN_CHAIN: 'The TLS certificate of the host is self-signed',
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The TLS certificate of the host cannot be verified',
	ERR_TLS_CERT_ALTNAME_INVALID: 'The TLS certificate belongs to another host name',
};

/** Built from plain values alone: an error of the HTTP library would carry the credentials along as its cause. */
export function connectionError(node: INode, what: string, origin: string, setback: Setback) {
	const { code = '', reason = 'The connection failed' } = setback;
	if (code === 'ESTALLED') {
		return new NodeApiError(node, {} as JsonObject, {
			message: `${what}: ${reason}`,
			description:
				'The transfer was given up. Run the node again; for a slow connection raise the Stall Timeout in Options.',
			failure: { cause: 'temporarily-unavailable' },
		});
	}
	const error = new NodeApiError(node, {} as JsonObject, {
		message: `${what} could not be reached at ${origin}`,
		description: `${FAULTS[code] ?? reason}${code && ` (${code})`}. Check the address and that this n8n may connect to it, then run the node again.`,
		failure: { cause: 'temporarily-unavailable' },
	});
	error.context.code = code;
	return error;
}

/** An answer that reports a failure. */
export function answerError(
	node: INode,
	service: Service,
	answer: { status: number; body: unknown; retryAfter?: number },
) {
	const { status, body, retryAfter } = answer;
	const said = service.errorMessage(body);
	return new NodeApiError(node, {} as JsonObject, {
		httpCode: String(status),
		message: `${service.name} answered ${status}${said ? `: ${said}` : ''}`,
		description: [whenToComeBack(retryAfter), service.advice[status] ?? generalAdvice(status)]
			.filter(Boolean)
			.join(' '),
		failure: failureOf(status, retryAfter),
	});
}

/** An answer that is not the service's: a web page, a redirect, a cut-off body. */
export function strangeAnswerError(
	node: INode,
	service: Service,
	origin: string,
	seen: string,
	status?: number,
) {
	return new NodeApiError(node, {} as JsonObject, {
		message: `${origin} does not answer like ${service.name}: ${seen}`,
		description:
			(status && service.pageAdvice?.[status]) ||
			`Check the ${addressFieldOf(service)} in the ${service.name} credential. A proxy, a login page or another server may stand at that address.`,
	});
}

/** Whether the service may have acted although the call failed: its answer was lost, or it broke while it worked. */
export function mayHaveActed(error: unknown): error is NodeApiError {
	if (!(error instanceof NodeApiError)) return false;
	const { httpCode, context } = error;
	return httpCode ? Number(httpCode) >= 500 : !wasNeverSent(context.code);
}

/** An error that says what may nevertheless have happened, if the service may have acted. */
export function withDoubt(error: unknown, sentence: string): unknown {
	if (mayHaveActed(error)) error.description = `${error.description ?? ''} ${sentence}`.trim();
	return error;
}

/** Puts the item's number on an error, so that the editor points at it; wraps what is not yet an error of n8n. */
export function withItem(node: INode, error: unknown, itemIndex: number) {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		error.context.itemIndex = itemIndex;
		return error;
	}
	return new NodeOperationError(node, error as Error, { itemIndex });
}

function generalAdvice(status: number): string {
	if (status >= 500) return 'The service has a problem of its own. Try again later.';
	return 'Check the parameters of the node.';
}

function whenToComeBack(retryAfter: number | undefined): string {
	if (retryAfter === undefined) return '';
	return `The service asks to come back at ${new Date(Date.now() + retryAfter).toISOString()}.`;
}

function failureOf(status: number, retryAfterMs: number | undefined): Failure {
	if (status === 401) return { cause: 'credential-invalid' };
	const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
	if (status === 429) return { cause: 'rate-limited', ...wait };
	if (status >= 500) return { cause: 'temporarily-unavailable', ...wait };
	return undefined;
}
