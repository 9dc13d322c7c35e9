import type {
	IExecuteFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	IWebhookFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { stoppedBy } from '../http/client';
import { readAnswer } from '../http/responseBody';
import type { ByteStream } from './streams';

/** Maximum number of redirects. */
const MAX_REDIRECTS = 5;

export type TransferContext = IExecuteFunctions | IWebhookFunctions;

export type OpenedStream = IN8nHttpFullResponse & { body: ByteStream; url: string };

/**
 * Opens a URL as a stream. Follows redirects itself: only to http and https, never from https to http, never in a loop.
 * The first redirect to another origin drops the credential for good.
 * @param credential the credential type for the URL; none for a presigned URL
 * @throws NodeOperationError for an invalid URL or redirect; otherwise the error of the HTTP library
 */
export async function openUrl(
	context: TransferContext,
	url: string,
	signal: AbortSignal,
	credential?: string,
): Promise<OpenedStream> {
	const visited = new Set<string>();
	let activeCredential = credential;
	for (let current = parseWebUrl(context, url); ; ) {
		visited.add(current);
		const options: IHttpRequestOptions = {
			method: 'GET',
			url: current,
			// A compressed body would not have the announced length.
			headers: { Accept: '*/*', 'Accept-Encoding': 'identity' },
			encoding: 'stream',
			returnFullResponse: true,
			disableFollowRedirect: true,
			sendCredentialsOnCrossOriginRedirect: false,
			ignoreHttpStatusErrors: true,
			timeout: 0,
			abortSignal: signal,
		};
		const request = activeCredential
			? context.helpers.httpRequestWithAuthentication.call(
					stoppedBy(context, signal),
					activeCredential,
					options,
				)
			: context.helpers.httpRequest(options);
		const response = (await request) as IN8nHttpFullResponse & { body: ByteStream };
		const { location } = response.headers;
		if (response.statusCode < 300 || response.statusCode >= 400 || !location) {
			return { ...response, url: current };
		}
		// Drain the redirect's body: n8n's response stream does not release the socket until it has been read.
		await readAnswer(response.body, response.statusCode).catch(() => undefined);
		const next = parseWebUrl(context, String(location), current);
		if (visited.has(next) || visited.size > MAX_REDIRECTS) {
			throw invalidUrlError(context, 'The download URL redirects in a loop');
		}
		if (current.startsWith('https:') && next.startsWith('http:')) {
			throw invalidUrlError(context, 'The download URL redirects from HTTPS to unencrypted HTTP');
		}
		if (new URL(next).origin !== new URL(current).origin) activeCredential = undefined;
		current = next;
	}
}

/** @throws NodeOperationError unless it is an http or https URL */
function parseWebUrl(context: TransferContext, url: string, base?: string): string {
	const text = url.trim();
	if (URL.canParse(text, base)) {
		const parsed = new URL(text, base);
		if (/^https?:$/.test(parsed.protocol)) return parsed.href;
	}
	throw invalidUrlError(
		context,
		base ? 'The download URL redirects to an invalid URL' : 'The file URL is not a valid URL',
	);
}

function invalidUrlError(context: TransferContext, message: string) {
	return new NodeOperationError(context.getNode(), message, {
		description:
			'Use the URL exactly as it appears in the delivery. It must start with https:// or http://.',
	});
}
