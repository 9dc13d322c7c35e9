import axios from 'axios';
import type { Readable } from 'node:stream';
import { isHttpUrl } from '../../core/origin.mts';
import { FilestackError } from './error.mts';
import { isMediaType } from './storeOptions.mts';

/** Timeout for a source's response, in real milliseconds. */
const RESPONSE_TIMEOUT_MS = 30_000;

/** A remote file whose body has not been read yet. */
export interface RemoteFile {
	stream: Readable;
	/** The last segment of the path, if any. */
	filename?: string;
	mimetype?: string;
}

/**
 * Opens an external source. Only sources on this machine are allowed, also after redirects, because the sandbox never
 * calls the internet.
 * @throws {FilestackError} if the source is elsewhere or does not respond with a file
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

/** Returns Filestack's error for a source that is not available; the message is not documented. */
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
