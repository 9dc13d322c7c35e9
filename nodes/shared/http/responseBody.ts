import type { ByteStream } from './service';

/** Maximum bytes of a response that are parsed; the rest is ignored. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * Reads a streamed response body as JSON, or as text if it is not JSON. If the connection breaks during an error
 * response, returns the part that arrived, because the status already counts.
 * @throws the connection error, if a successful response breaks off
 */
export async function readResponseBody(body: ByteStream, status: number): Promise<unknown> {
	const chunks: Buffer[] = [];
	const read = async () => {
		let size = 0;
		for await (const chunk of body) {
			chunks.push(chunk as Buffer);
			size += (chunk as Buffer).length;
			if (size > MAX_RESPONSE_BYTES) break;
		}
	};
	const failure = await read().then(
		() => undefined,
		(error: Error) => error,
	);
	if (failure && status < 400) throw failure;
	return parseBody(Buffer.concat(chunks).toString());
}

/**
 * Parses JSON regardless of the content type and after a byte order mark, which some proxies and frameworks add;
 * returns any other text unchanged.
 */
export function parseBody(body: unknown): unknown {
	if (typeof body !== 'string') return body;
	const text = body.replace(/^\uFEFF+/, '');
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
