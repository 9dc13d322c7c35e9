import axios from 'axios';
import type { Readable } from 'node:stream';
import { isHttpUrl } from '../../core/origin.mts';
import { FilestackError } from './error.mts';
import { isMediaType } from './storeOptions.mts';

/** Real milliseconds for a source to begin its answer. */
const RESPONSE_TIMEOUT_MS = 30_000;

/** What a URL has brought, not yet read. */
export interface RemoteFile {
	stream: Readable;
	/** The last segment of its path, if there is one. */
	filename?: string;
	mimetype?: string;
}

/**
 * Opens an external source. The sandbox never calls the internet: it reaches this machine alone, redirects included.
 * @throws Refused when it is elsewhere or does not answer with a file
 */
export async function openSource(
	url: string,
	headers: Readonly<Record<string, string>> = {},
): Promise<RemoteFile> {
	if (!isHttpUrl(url)) throw new FilestackError(400, 'Invalid url');
	if (!isLoopback(new URL(url).hostname)) throw unreachable();
	let response;
	try {
		response = await axios.get<Readable>(url, {
			headers,
			responseType: 'stream',
			timeout: RESPONSE_TIMEOUT_MS,
			proxy: false,
			maxRedirects: 5,
			beforeRedirect: ({ hostname }: { hostname?: string }) => {
				if (hostname === undefined || !isLoopback(hostname)) throw unreachable();
			},
			validateStatus: () => true,
		});
	} catch {
		throw unreachable();
	}
	if (response.status !== 200) {
		response.data.destroy();
		throw unreachable(`, it answered ${response.status}`);
	}
	const announced: unknown = response.headers['content-type'];
	const [type] = (typeof announced === 'string' ? announced : '').toLowerCase().split(';', 1);
	return {
		stream: response.data,
		filename: nameIn(url),
		mimetype: isMediaType(type) ? type : undefined,
	};
}

/** What Filestack says of a source that does not give a file; the wording is not documented. */
export const unreachable = (reason = ''): FilestackError =>
	new FilestackError(400, `Unable to fetch the file from the url${reason}`);

function isLoopback(hostname: string): boolean {
	return hostname === 'localhost' || /^(127(\.\d{1,3}){3}|\[?::1\]?)$/.test(hostname);
}

function nameIn(url: string): string | undefined {
	const segment = new URL(url).pathname.split('/').pop() ?? '';
	try {
		return decodeURIComponent(segment) || undefined;
	} catch {
		return segment;
	}
}
