import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IHttpRequestOptions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { parseHttpUrl } from '../text';
import { findCredentialFault, readAddress } from './credential';
import {
	describeConnectionError,
	isUnusableResponse,
	isWebPage,
	messageText,
	TLS_HINT,
	unusableReason,
} from './errors';
import { toRequestFailure } from './retry';
import { Secrets } from './secrets';
import { addressAdvice, baseUrlLabel, isJsonObject, reportsError, type Service } from './service';
import { readResponseBody, responseDeadline } from './responseBody';

/** A read-only request that requires valid credentials, and the meaning of its responses. */
export interface CredentialTest {
	/** Below the base URL. */
	path: string;
	qs?: Record<string, string>;
	/** Adds the credential to the request. */
	authenticate(
		credentials: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions>;
	/** The problem that a status indicates, without a period; the service's own message is appended. */
	rejections?: Readonly<Record<number, string>>;
	/** Interprets a response with any other status. */
	judge: Judge;
}

/**
 * Returns undefined for valid credentials, otherwise a sentence that describes the problem; {@link ANOTHER_SERVICE} if the
 * response does not have the format of this service, {@link EMPTY_LIST} for an empty list.
 */
type Judge = (
	response: TestResponse,
	credentials: ICredentialDataDecryptedObject,
) => string | undefined;

interface TestResponse {
	status: number;
	/** Parsed JSON: an object or an array. */
	body: unknown;
	/** The service's error message, on one line and without secrets. */
	said: string;
}

/** Returned by {@link CredentialTest.judge} for a response that another service may have sent. */
export const ANOTHER_SERVICE = 'another service';

/**
 * Returned by {@link CredentialTest.judge} for an empty list, which any service may send: the list proves the credentials
 * if the server rejects the same request without them.
 */
export const EMPTY_LIST = 'empty list';

/** Judges a test whose request succeeds with valid credentials: describes any error, and lets `read` check the body. */
export const judgeSuccess =
	(service: Service, read: (body: unknown, status: number) => string | undefined): Judge =>
	({ status, body, said }) =>
		status >= 400 || reportsError(body)
			? `${service.name} responded with ${status}: ${said}. Check the ${baseUrlLabel(service)}.`
			: read(body, status);

/** Creates the method with which n8n tests the credentials of a service. */
export function credentialTest(service: Service, test: CredentialTest) {
	return async function (
		this: ICredentialTestFunctions,
		{ data = {} }: ICredentialsDecrypted,
	): Promise<INodeCredentialTestResult> {
		const problem = await findProblem(this, service, test, data);
		return problem === undefined
			? { status: 'OK', message: 'Connection successful' }
			: { status: 'Error', message: problem };
	};
}

/** Sends the request and describes the problem; undefined if the credentials are valid. */
async function findProblem(
	context: ICredentialTestFunctions,
	service: Service,
	test: CredentialTest,
	credentials: ICredentialDataDecryptedObject,
): Promise<string | undefined> {
	const fault = findCredentialFault(service, credentials);
	if (fault) return `The ${fault.label} ${fault.problem}`;
	const secrets = secretsIn(credentials);
	const check = addressAdvice(service);
	const { url: base = '' } = readAddress(credentials.baseUrl, service.apiPath);
	const { origin } = new URL(base);
	const unsigned = { url: `${base}${service.apiPath ?? ''}${test.path}`, qs: test.qs };
	try {
		const response = await send(context, await test.authenticate(credentials, unsigned));
		const { statusCode: status } = response;
		const { body } = response;
		const said = messageText(secrets.hideInError(service.errorMessage(body) ?? ''));
		const to = redirectOf(response);
		const serverProblem = findServerProblem(service, { status, body, said, origin, to });
		if (serverProblem) return serverProblem;
		let problem = judge(test, { status, body, said: said ?? 'no reason given' }, credentials);
		if (problem === EMPTY_LIST) {
			const { statusCode } = await send(context, unsigned);
			problem = statusCode === 401 || statusCode === 403 ? undefined : ANOTHER_SERVICE;
		}
		return problem === ANOTHER_SERVICE
			? `A different service responded at ${origin} (${status}). ${check}`
			: problem;
	} catch (error) {
		return `${describeFailure(error, base, secrets)}. ${check}`;
	}
}

/** Describes a request without a response. */
function describeFailure(error: unknown, base: string, secrets: Secrets): string {
	const { origin, protocol } = new URL(base);
	const { code = 'no response', reason } = toRequestFailure(error);
	if (isUnusableResponse(code)) return `${origin}: ${unusableReason(code, String(reason))}`;
	const isCutOff = protocol === 'http:' && code === 'ECONNRESET';
	return [
		`Could not reach ${origin} (${code})`,
		describeConnectionError(code) ?? messageText(secrets.hideInError(reason ?? '')),
		isCutOff && TLS_HINT,
	]
		.filter(Boolean)
		.join('. ');
}

/** The secrets of a credential: every field except the addresses. */
function secretsIn(credentials: ICredentialDataDecryptedObject): Secrets {
	const secrets = new Secrets();
	const users = Object.values(credentials);
	for (const [field, value] of Object.entries(credentials)) {
		if (!/url$/i.test(field)) secrets.add(value, users);
	}
	return secrets;
}

const judge = (
	test: CredentialTest,
	response: TestResponse,
	credentials: ICredentialDataDecryptedObject,
) => {
	const rejection = test.rejections?.[response.status];
	return rejection ? `${rejection}: ${response.said}` : test.judge(response, credentials);
};

/** Milliseconds to wait for the beginning of the response. */
const TEST_TIMEOUT = 15_000;

/** Sends the request, and returns the response with its parsed body. */
async function send(
	{ helpers }: ICredentialTestFunctions,
	{ url, qs, auth, headers }: IHttpRequestOptions,
): Promise<Response> {
	const deadline = responseDeadline(2 * TEST_TIMEOUT);
	const request = async () => {
		// The only request helper that n8n provides to a credential test.
		const response = (await helpers.request({
			method: 'GET',
			uri: url,
			qs,
			auth,
			headers: { Accept: 'application/json', ...headers },
			json: true,
			useStream: true,
			simple: false,
			resolveWithFullResponse: true,
			followRedirect: false,
			timeout: TEST_TIMEOUT,
		})) as Response;
		const { statusCode: status, headers: received, body } = response;
		const options = { signal: deadline.signal, mustBeComplete: true };
		return {
			statusCode: status,
			headers: received,
			body: await readResponseBody(body, status, options),
		};
	};
	return await deadline.during(request());
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
	const check = addressAdvice(service);
	if (status >= 300 && status < 400) {
		const advice = service.pageAdvice?.[status] ?? check;
		return `${origin} returned a redirect (${status})${to && to !== origin ? ` to ${to}` : ''}. ${advice}`;
	}
	if (status === 429 || status >= 500) {
		return `${origin} responded with ${status}${said ? `: ${said}` : ''}. Try again later; if this keeps happening, check the ${baseUrlLabel(service)}.`;
	}
	if (isJsonObject(body) || Array.isArray(body)) return undefined;
	return `${origin} returned ${isWebPage(body) ? 'a web page' : 'something other than JSON'} (${status}). ${check}`;
}
