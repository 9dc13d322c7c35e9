import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IHttpRequestOptions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { parseHttpUrl } from '../text';
import { findCredentialFault, readAddress } from './credential';
import { describeConnectionError, isWebPage, messageText, TLS_HINT } from './errors';
import { toRequestFailure } from './client';
import { Secrets } from './secrets';
import { baseUrlLabel, isJsonObject, type Service } from './service';
import { parseBody } from './responseBody';

/** A read-only request that shows whether the credentials are valid. */
export interface Probe {
	/** Below the base URL. */
	path: string;
	qs?: Record<string, string>;
	/** Adds the credential to the request. */
	authenticate?(
		credentials: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions>;
}

export interface ProbeResponse {
	status: number;
	/** Parsed JSON: an object or an array. */
	body: unknown;
	/** The service's error message, on one line and without secrets. */
	said: string;
}

/**
 * Creates the credential test of a service, for n8n's `methods.credentialTest`.
 * @param request the request, or a function that builds it from the credentials
 * @param judge interprets the response: undefined for valid credentials, otherwise a sentence that describes the problem;
 * {@link ANOTHER_SERVICE} if the response does not have the format of this service, {@link EMPTY_LIST} for an empty list
 */
export const credentialTest = (
	service: Service,
	request: Probe | ((credentials: ICredentialDataDecryptedObject) => Probe),
	judge: (
		response: ProbeResponse,
		credentials: ICredentialDataDecryptedObject,
	) => string | undefined,
) =>
	async function (
		this: ICredentialTestFunctions,
		{ data = {} }: ICredentialsDecrypted,
	): Promise<INodeCredentialTestResult> {
		const built = typeof request === 'function' ? request(data) : request;
		return await probe(this, service, data, built, (response) => judge(response, data));
	};

/** Sends the request of a credential test and explains its result. */
async function probe(
	context: ICredentialTestFunctions,
	service: Service,
	credentials: ICredentialDataDecryptedObject,
	{ path, qs, authenticate }: Probe,
	judge: (response: ProbeResponse) => string | undefined,
): Promise<INodeCredentialTestResult> {
	const addressField = baseUrlLabel(service);
	const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });
	const secrets = new Secrets();
	const fault = findCredentialFault(service, credentials);
	if (fault) return failed(`The ${fault.label} ${fault.problem}`);
	const users = Object.values(credentials);
	for (const [field, value] of Object.entries(credentials)) {
		if (!/url$/i.test(field)) secrets.add(value, users);
	}
	const { url: base = '' } = readAddress(credentials.baseUrl, service.apiPath);
	const { origin, protocol } = new URL(base);
	const unsigned: IHttpRequestOptions = { url: `${base}${service.apiPath ?? ''}${path}`, qs };
	const send = async (signed: IHttpRequestOptions) =>
		// The only request helper that n8n provides to a credential test.
		(await context.helpers.request({
			method: 'GET',
			uri: signed.url,
			qs: signed.qs,
			auth: signed.auth,
			headers: { Accept: 'application/json', ...signed.headers },
			json: true,
			simple: false,
			resolveWithFullResponse: true,
			followRedirect: false,
			timeout: 15_000,
		})) as Response;
	try {
		const response = await send((await authenticate?.(credentials, unsigned)) ?? unsigned);
		const { statusCode: status } = response;
		const body = parseBody(response.body);
		const said = messageText(secrets.hideInError(service.errorMessage(body) ?? ''));
		const serverProblem = findServerProblem(service, {
			status,
			body,
			said,
			origin,
			to: redirectOf(response),
		});
		if (serverProblem) return failed(serverProblem);
		let problem = judge({ status, body, said: said ?? 'no reason given' });
		if (problem === EMPTY_LIST) {
			const { statusCode } = await send(unsigned);
			problem = statusCode === 401 || statusCode === 403 ? undefined : ANOTHER_SERVICE;
		}
		if (problem === undefined) return { status: 'OK', message: 'Connection successful' };
		return failed(
			problem === ANOTHER_SERVICE
				? `A different service responded at ${origin} (${status}). Check the ${addressField}.`
				: problem,
		);
	} catch (error) {
		const { code = 'no response', reason } = toRequestFailure(error);
		const isCutOff = protocol === 'http:' && code === 'ECONNRESET';
		const why = [
			describeConnectionError(code) ?? messageText(secrets.hideInError(reason ?? '')),
			isCutOff ? TLS_HINT : undefined,
		].filter(Boolean);
		return failed(
			`${[`Could not reach ${origin} (${code})`, ...why].join('. ')}. Check the ${addressField}.`,
		);
	}
}

interface Response {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/** Returns the origin that a response redirects to, without path and query, which may contain secrets. */
function redirectOf({ headers }: Response): string | undefined {
	return parseHttpUrl(headers.location)?.origin;
}

/** Describes a response that indicates a wrong address or a temporary failure, whatever the service. */
function findServerProblem(
	service: Service,
	response: { status: number; body: unknown; said?: string; origin: string; to?: string },
): string | undefined {
	const { status, body, said, origin, to } = response;
	const check = `Check the ${baseUrlLabel(service)}.`;
	if (status >= 300 && status < 400) {
		const advice = service.pageAdvice?.[status] ?? check;
		return `${origin} returned a redirect (${status})${to && to !== origin ? ` to ${to}` : ''}. ${advice}`;
	}
	if (status === 429 || status >= 500) {
		return `${origin} responded with ${status}${said ? `: ${said}` : ''}. Try again later; if this keeps happening, ${check.replace('C', 'c')}`;
	}
	if (isJsonObject(body) || Array.isArray(body)) return undefined;
	return `${origin} returned ${isWebPage(body) ? 'a web page' : 'something other than JSON'} (${status}). ${check}`;
}

/** Returned by a `judge` for a response that another service may have sent. */
export const ANOTHER_SERVICE = 'another service';

/**
 * Returned by a `judge` for an empty list, which any service may send: the list proves the credentials if the server
 * rejects the same request without them.
 */
export const EMPTY_LIST = 'empty list';
