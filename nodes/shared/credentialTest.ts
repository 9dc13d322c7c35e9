import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunctions,
	IHttpRequestOptions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { readAddress, readSecret } from './address';
import { faultOf } from './errors';
import { setbackOf } from './http';
import { Secrets } from './secrets';
import { addressFieldOf, isJsonObject, type Service } from './service';
import { parseBody } from './transfer/answer';

/** A harmless request that shows what the credentials are worth. */
export interface Probe {
	/** Below the base URL. */
	path: string;
	qs?: Record<string, string>;
	/** How the credential signs a request. */
	authenticate?(
		credentials: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions>;
}

export interface ProbeAnswer {
	status: number;
	/** Parsed JSON: an object or an array. */
	body: unknown;
	/** The service's own words about a failure. */
	said: string;
}

/**
 * Asks a service something harmless with the credentials under test.
 * @param judge what a response of the service means: undefined for good credentials, else a sentence on what is wrong;
 * {@link ANOTHER_SERVICE} for a response that is not in the shape of this service
 */
export async function probe(
	context: ICredentialTestFunctions,
	service: Service,
	credentials: ICredentialDataDecryptedObject,
	{ path, qs, authenticate }: Probe,
	judge: (answer: ProbeAnswer) => string | undefined,
): Promise<INodeCredentialTestResult> {
	const addressField = addressFieldOf(service);
	const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });
	const secrets = new Secrets();
	for (const [field, label] of Object.entries(service.secretFields)) {
		const { problem } = readSecret(credentials[field]);
		if (problem !== undefined) return failed(`The ${label} ${problem}`);
	}
	const users = Object.values(credentials);
	for (const [field, value] of Object.entries(credentials)) {
		if (!/url$/i.test(field)) secrets.add(value, users);
	}
	const address = readAddress(credentials.baseUrl, service.apiPath);
	if (address.problem !== undefined) return failed(`The ${addressField} ${address.problem}`);
	const { origin } = new URL(address.url);
	try {
		const usual: IHttpRequestOptions = { url: `${address.url}${path}`, qs };
		const signed = (await authenticate?.(credentials, usual)) ?? usual;
		// The only request helper that n8n gives to a credential test.
		const response: unknown = await context.helpers.request({
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
		});
		const { statusCode: status, body: received } = response as {
			statusCode: number;
			body: unknown;
		};
		const body = parseBody(received);
		if (!isJsonObject(body) && !Array.isArray(body)) {
			return failed(`${origin} does not answer in JSON (${status}). Check the ${addressField}.`);
		}
		const said = secrets.hideInError(service.errorMessage(body) ?? 'no reason given');
		const problem = judge({ status, body, said });
		if (problem === undefined) return { status: 'OK', message: 'Connection successful' };
		return failed(
			problem === ANOTHER_SERVICE
				? `Another service answers at ${origin} (${status}). Check the ${addressField}.`
				: problem,
		);
	} catch (error) {
		const { code = 'no answer', reason } = setbackOf(error);
		const why = faultOf(code) ?? secrets.hideInError(reason ?? '');
		const hint = why === '' ? '' : `${why}. `;
		return failed(`${origin} cannot be reached (${code}). ${hint}Check the ${addressField}.`);
	}
}

/** What a judge says of a response that another service may have sent. */
export const ANOTHER_SERVICE = 'another service';
