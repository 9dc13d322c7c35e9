import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { type Payload, setbackOf } from '../http';
import { retryAfterOf, type Setback } from '../retry';

/** How putting bytes ended: the host's answer, or the fault of the connection. */
export interface PutOutcome extends Setback {
	headers: Record<string, unknown>;
	body: unknown;
}

/**
 * Puts bytes once to an address that is signed for itself, such as a part's: without credentials, without following a
 * redirect.
 * @param headers those that the signature wants
 */
export async function putSigned(
	{ helpers }: IExecuteFunctions,
	url: string,
	headers: Record<string, string>,
	payload: Payload,
): Promise<PutOutcome> {
	const isTyped = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
	try {
		const guard = payload.guard?.();
		const request = helpers.httpRequest({
			method: 'PUT',
			url,
			body: await payload.open(),
			headers: isTyped ? headers : { ...headers, 'content-type': payload.contentType },
			timeout: guard ? 0 : 60_000,
			abortSignal: guard?.signal,
			returnFullResponse: true,
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: true,
		});
		const response = (await (guard?.during(request) ?? request)) as IN8nHttpFullResponse;
		const { statusCode: status, headers: answered, body } = response;
		return { status, retryAfter: retryAfterOf(answered), headers: answered, body };
	} catch (error) {
		return { ...setbackOf(error), headers: {}, body: undefined };
	}
}
