import type {
	ICredentialTestFunctions,
	IHttpRequestMethods,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { setbackOf } from './http';
import { isJsonObject } from './service';

export interface Probe {
	method: IHttpRequestMethods;
	url: string;
	headers: Record<string, string>;
	/** The label of the credential's field for the address where it is not “Base URL”. */
	addressField?: string;
}

export interface ProbeAnswer {
	status: number;
	/** Parsed, if it was JSON. */
	body: unknown;
}

/**
 * Asks a service something harmless with the credentials under test and lets `judge` say what the answer means:
 * undefined for good credentials, else what is wrong.
 */
export async function probe(
	context: ICredentialTestFunctions,
	request: Probe,
	judge: (answer: ProbeAnswer) => string | undefined,
): Promise<INodeCredentialTestResult> {
	const { addressField = 'Base URL' } = request;
	if (!URL.canParse(request.url)) {
		return { status: 'Error', message: `The ${addressField} is not a web address` };
	}
	const { origin } = new URL(request.url);
	try {
		// The only request helper that n8n gives to a credential test.
		const response: unknown = await context.helpers.request({
			method: request.method,
			uri: request.url,
			headers: { Accept: 'application/json', ...request.headers },
			json: true,
			simple: false,
			resolveWithFullResponse: true,
			followRedirect: false,
			timeout: 15_000,
		});
		const { statusCode, body } = response as { statusCode: number; body: unknown };
		const problem =
			isJsonObject(body) || Array.isArray(body)
				? judge({ status: statusCode, body })
				: `${origin} does not answer in JSON (${statusCode}). Check the ${addressField}.`;
		return problem
			? { status: 'Error', message: problem }
			: { status: 'OK', message: 'Connection successful' };
	} catch (error) {
		const { code = 'no answer' } = setbackOf(error);
		return {
			status: 'Error',
			message: `${origin} cannot be reached (${code}). Check the ${addressField}.`,
		};
	}
}
