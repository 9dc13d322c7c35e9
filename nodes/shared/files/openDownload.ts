import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { adviceOnTarget, checkTarget, type TargetRules } from '../http/addresses';
import { withSignal } from '../http/stallGuard';
import { readResponseBody } from '../http/responseBody';
import type { ByteStream, ServiceContext } from '../http/service';
import { parseHttpUrl } from '../text';
import { decodeHeader } from './fileName';
import { pipeThrough } from './streams';

/** Maximum number of redirects. */
const MAX_REDIRECTS = 5;

export type DownloadStream = IN8nHttpFullResponse & { body: ByteStream; url: string };

/**
 * Opens a URL as a stream. Follows redirects itself: only to http and https, never from https to http, never in a loop.
 * The first redirect to another origin drops the credential for good.
 * @param credential the credential type for the URL; none for a presigned URL
 * @param rules the hosts that are allowed; by default, the URL itself is trusted
 * @param headers sent with every request, also after a redirect; must not contain secrets
 * @throws NodeOperationError for an invalid URL or redirect, or a host that is not allowed; otherwise UnreachableError
 */
export async function openDownload(
	context: ServiceContext,
	url: string,
	signal: AbortSignal,
	credential?: string,
	rules: TargetRules = {},
	headers: Record<string, string> = {},
): Promise<DownloadStream> {
	const visited = new Set<string>();
	let activeCredential = credential;
	for (let current = parseWebUrl(context, url); ;) {
		requireAllowed(context, current, { trustedUrl: url, ...rules });
		visited.add(current);
		const options: IHttpRequestOptions = {
			method: 'GET',
			url: current,
			// A compressed body would not have the announced length.
			headers: { Accept: '*/*', 'Accept-Encoding': 'identity', ...headers },
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
					withSignal(context, signal),
					activeCredential,
					options,
				)
			: context.helpers.httpRequest(options);
		const failed = failedRequest(current);
		const response = (await request.catch(failed)) as IN8nHttpFullResponse & { body: ByteStream };
		const { location } = response.headers;
		if (response.statusCode < 300 || response.statusCode >= 400 || !location) {
			return { ...response, url: current };
		}
		// Drain the redirect's body: n8n's response stream does not release the socket until it has been read.
		await readResponseBody(response.body, response.statusCode).catch(() => undefined);
		const next = parseWebUrl(context, decodeHeader(String(location)), current);
		if (visited.has(next) || visited.size > MAX_REDIRECTS) {
			throw redirectError(context, 'in a loop');
		}
		if (current.startsWith('https:') && next.startsWith('http:')) {
			throw redirectError(context, 'from HTTPS to unencrypted HTTP');
		}
		if (new URL(next).origin !== new URL(current).origin) activeCredential = undefined;
		current = next;
	}
}

const failedRequest = (url: string) => async (error: unknown) =>
	await Promise.reject(
		error instanceof NodeOperationError ? error : new UnreachableError(url, error),
	);

/** The failure of a request, whose host may be that of a redirect. */
export class UnreachableError extends Error {
	/** @param cause the error of the HTTP library */
	constructor(
		readonly url: string,
		cause: unknown,
	) {
		super((cause as Error).message, { cause });
	}
}

/** @throws NodeOperationError if a download from the URL is not allowed */
function requireAllowed(context: ServiceContext, url: string, rules: TargetRules): void {
	const problem = checkTarget(url, rules);
	if (problem === undefined) return;
	const error = new NodeOperationError(
		context.getNode(),
		`The file was not downloaded because its URL ${problem}`,
		{ description: adviceOnTarget(url, rules) },
	);
	error.context.isPermanent = true;
	throw error;
}

/** @throws NodeOperationError unless it is an http or https URL */
function parseWebUrl(context: ServiceContext, url: string, base?: string): string {
	const parsed = parseHttpUrl(url, base);
	if (parsed) return parsed.href;
	if (base) throw redirectError(context, 'to an invalid URL');
	throw new NodeOperationError(context.getNode(), 'The file URL is not a valid URL', {
		description:
			'Use the URL exactly as it appears in the delivery. It must start with https:// or http://.',
	});
}

const redirectError = (context: ServiceContext, where: string) =>
	new NodeOperationError(context.getNode(), `The download URL redirects ${where}`, {
		description:
			'The redirect was not followed. Open the URL in a browser to check whether it leads to the file, or use another URL.',
	});

/** Content codings that the platform decodes (RFC 9110, 8.4.1), under all their names. */
const FORMATS: Readonly<Record<string, 'gzip' | 'deflate'>> = {
	gzip: 'gzip',
	'x-gzip': 'gzip',
	deflate: 'deflate',
};

/**
 * Content-Encoding values that hosts send for uncompressed bytes, because object storages return the value given at
 * upload.
 */
const NO_CODING = new Set([
	'',
	'identity',
	'none',
	'binary',
	'7bit',
	'8bit',
	'utf-8',
	'utf8',
	'us-ascii',
	'iso-8859-1',
	'aws-chunked',
]);

/** More codings than any host applies; each one takes a decoder. */
const MAX_CODINGS = 4;

const codingsOf = (headers: Record<string, unknown>) =>
	String(headers['content-encoding'] ?? '')
		.split(',')
		.map((coding) => coding.trim().toLowerCase())
		.filter((coding) => !NO_CODING.has(coding));

/** Returns the content codings of a response if they cannot be decoded. */
export function undecodable(headers: Record<string, unknown>): string | undefined {
	const codings = codingsOf(headers);
	const isKnown =
		codings.length <= MAX_CODINGS && codings.every((coding) => Object.hasOwn(FORMATS, coding));
	return isKnown ? undefined : codings.join(', ').slice(0, 40);
}

/**
 * Decodes the response body, because a host may compress it although the request did not ask for that. n8n's HTTP
 * library decodes a single coding and removes the header, so this function only sees lists of codings, in the order in
 * which they were applied.
 */
export function decodeBody({ headers, body }: DownloadStream): ByteStream {
	const formats = codingsOf(headers)
		.map((coding) => FORMATS[coding])
		.reverse();
	if (formats.length === 0) return body;
	return pipeThrough(body, (chunks) => formats.reduce<AsyncIterable<Buffer>>(decompress, chunks));
}

async function* decompress(
	chunks: AsyncIterable<Buffer>,
	format: 'gzip' | 'deflate',
): AsyncGenerator<Buffer> {
	const decoder = new DecompressionStream(format);
	for await (const chunk of ReadableStream.from(chunks).pipeThrough(decoder)) {
		yield Buffer.from(chunk as Uint8Array);
	}
}

const MIB = 1024 * 1024;
const MAX_SIZE_WITHOUT_LENGTH = 100 * 1024 * MIB;

/**
 * Maximum bytes of a decoded file whose size the service does not report. A compressed body grows: text compresses to
 * about a tenth, and a body that grows a hundredfold was made to fill a disk. If the length is unknown too, a bomb cannot
 * be distinguished from a large file, so a fixed limit applies.
 * @param length of the body, as announced by the host; an uncompressed body cannot exceed it
 */
export const maxDecodedSize = (length: number | undefined): number =>
	length === undefined ? MAX_SIZE_WITHOUT_LENGTH : Math.max(100 * MIB, 100 * length);
