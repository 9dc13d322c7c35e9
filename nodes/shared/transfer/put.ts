import type { IExecuteFunctions, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { type Payload, setbackOf } from '../http/client';
import { retryAfterOf, type Setback } from '../http/retry';
import { readAnswer } from '../http/responseBody';
import type { ByteStream } from '../files/streams';

/** The result of a PUT: the response of the host, or the connection error. */
export interface PutOutcome extends Setback {
	headers: Record<string, unknown>;
	body: unknown;
}

/**
 * Sends one PUT request to a presigned URL, for example for a part: without credentials and without following
 * redirects.
 * @param headers the headers that the signature requires
 */
export async function putSigned(
	{ helpers }: IExecuteFunctions,
	url: string,
	headers: Record<string, string>,
	payload: Payload,
): Promise<PutOutcome> {
	const hasContentType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
	try {
		const guard = payload.guard?.();
		const bytes = await payload.open();
		const options: IHttpRequestOptions = {
			method: 'PUT',
			url,
			body: bytes,
			headers: hasContentType ? headers : { ...headers, 'content-type': payload.contentType },
			timeout: guard ? 0 : 60_000,
			abortSignal: guard?.signal,
			returnFullResponse: true,
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: true,
			// Streamed, because the status of a rejection must count even if the host closes the connection before the end of
			// the body.
			encoding: 'stream',
		};
		const put = async () => {
			const response = (await helpers.httpRequest(options)) as IN8nHttpFullResponse;
			const { statusCode: status, headers: responseHeaders } = response;
			const body = await readAnswer(response.body as ByteStream, status);
			return { status, retryAfter: retryAfterOf(responseHeaders), headers: responseHeaders, body };
		};
		return await (guard?.during(put()) ?? put());
	} catch (error) {
		return { ...setbackOf(error), headers: {}, body: undefined };
	}
}
