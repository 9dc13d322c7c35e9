import type {
	IExecuteFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	IWebhookFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { stoppedBy } from '../http';
import { readAnswer } from './answer';
import type { ByteStream } from './measured';

/** Redirects that a download follows. */
const MOST_REDIRECTS = 5;

export type TransferContext = IExecuteFunctions | IWebhookFunctions;

export type OpenedStream = IN8nHttpFullResponse & { body: ByteStream; url: string };

/**
 * Opens a URL for reading. Redirects are followed by hand: to http and https only, never from https to http, never in a
 * circle. A credential stays at the origin of the URL: the first redirect elsewhere ends it for good.
 * @param credential the type of the credential that opens the URL; none for a link that is signed for itself
 * @throws NodeOperationError for a URL or a redirect that must not be followed; the fault of the HTTP library otherwise
 */
export async function openUrl(
	context: TransferContext,
	url: string,
	signal: AbortSignal,
	credential?: string,
): Promise<OpenedStream> {
	const visited = new Set<string>();
	let presented = credential;
	for (let current = webAddress(context, url); ; ) {
		visited.add(current);
		const options: IHttpRequestOptions = {
			method: 'GET',
			url: current,
			// A compressed body would have another length than the one announced.
			headers: { Accept: '*/*', 'Accept-Encoding': 'identity' },
			encoding: 'stream',
			returnFullResponse: true,
			disableFollowRedirect: true,
			sendCredentialsOnCrossOriginRedirect: false,
			ignoreHttpStatusErrors: true,
			timeout: 0,
			abortSignal: signal,
		};
		const request = presented
			? context.helpers.httpRequestWithAuthentication.call(
					stoppedBy(context, signal),
					presented,
					options,
				)
			: context.helpers.httpRequest(options);
		const response = (await request) as IN8nHttpFullResponse & { body: ByteStream };
		const { location } = response.headers;
		if (response.statusCode < 300 || response.statusCode >= 400 || !location) {
			return { ...response, url: current };
		}
		// Read, or else it would hold the connection: the stream that n8n hands out closes none before it is read.
		await readAnswer(response.body, response.statusCode).catch(() => undefined);
		const next = webAddress(context, String(location), current);
		if (visited.has(next) || visited.size > MOST_REDIRECTS) {
			throw refusal(context, 'The download URL redirects in a loop');
		}
		if (current.startsWith('https:') && next.startsWith('http:')) {
			throw refusal(context, 'The download URL redirects from HTTPS to unencrypted HTTP');
		}
		if (new URL(next).origin !== new URL(current).origin) presented = undefined;
		current = next;
	}
}

/** @throws NodeOperationError unless it is an http or https address */
function webAddress(context: TransferContext, url: string, base?: string): string {
	const text = url.trim();
	if (URL.canParse(text, base)) {
		const parsed = new URL(text, base);
		if (/^https?:$/.test(parsed.protocol)) return parsed.href;
	}
	throw refusal(
		context,
		base ? 'The download URL redirects to an invalid URL' : 'The file URL is not a valid URL',
	);
}

function refusal(context: TransferContext, message: string) {
	return new NodeOperationError(context.getNode(), message, {
		description:
			'Use the URL exactly as it appears in the delivery. It must start with https:// or http://.',
	});
}
