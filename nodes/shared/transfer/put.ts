import type { IExecuteFunctions, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { type Payload, setbackOf } from '../http';
import { retryAfterOf, type Setback } from '../retry';
import { readAnswer } from './answer';
import type { ByteStream } from './measured';

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
		const bytes = await payload.open();
		const options: IHttpRequestOptions = {
			method: 'PUT',
			url,
			body: bytes,
			headers: isTyped ? headers : { ...headers, 'content-type': payload.contentType },
			timeout: guard ? 0 : 60_000,
			abortSignal: guard?.signal,
			returnFullResponse: true,
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: true,
			// The head of a refusal counts, although the connection may be closed behind it.
			encoding: 'stream',
		};
		const put = async () => {
			const response = (await helpers.httpRequest(options)) as IN8nHttpFullResponse;
			const { statusCode: status, headers: answered } = response;
			const body = await readAnswer(response.body as ByteStream, status);
			return { status, retryAfter: retryAfterOf(answered), headers: answered, body };
		};
		return await (guard?.during(put()) ?? put());
	} catch (error) {
		return { ...setbackOf(error), headers: {}, body: undefined };
	}
}
