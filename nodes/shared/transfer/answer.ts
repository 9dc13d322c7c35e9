import type { ByteStream } from './measured';

/** Bytes of an answer that are looked at: more is no answer of a service. */
const LONGEST_ANSWER = 1024 * 1024;

/**
 * What a body that comes as a stream says: JSON, or the text that it is instead. Of one that breaks off under an error
 * status, what has arrived is taken: the status is the service's word all the same.
 * @throws the fault of the connection, for a success that breaks off
 */
export async function readAnswer(body: ByteStream, status: number): Promise<unknown> {
	const chunks: Buffer[] = [];
	const read = async () => {
		let size = 0;
		for await (const chunk of body) {
			chunks.push(chunk as Buffer);
			size += (chunk as Buffer).length;
			if (size > LONGEST_ANSWER) break;
		}
	};
	const fault = await read().then(
		() => undefined,
		(error: Error) => error,
	);
	if (fault && status < 400) throw fault;
	return parseBody(Buffer.concat(chunks).toString());
}

/**
 * The JSON of a text, whatever its content type says, also behind a byte order mark, which some proxies and frameworks
 * put before it; any other text as it is.
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
