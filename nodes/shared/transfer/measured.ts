import { createHash } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

/** A Node stream, named without importing node:stream. */
export type ByteStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** What has passed. */
export interface Measure {
	/** Bytes. */
	size: number;
	/** Hex SHA-256 of all that passed; undefined while it flows, or if none is wanted. */
	sha256?: string;
}

interface Options {
	sha256: boolean;
	/** Called for each chunk. */
	progress?: () => void;
}

/** The same bytes, counted and hashed while they pass; a buffer stays a buffer. */
export function measured<T extends Buffer | ByteStream>(
	source: T,
	{ sha256, progress }: Options,
): { stream: T; measure: Measure } {
	const hash = sha256 ? createHash('sha256') : undefined;
	const measure: Measure = { size: 0 };
	const take = (chunk: Buffer) => {
		measure.size += chunk.length;
		hash?.update(chunk);
		progress?.();
	};
	const finish = () => (measure.sha256 = hash?.digest('hex'));

	if (Buffer.isBuffer(source)) {
		take(source);
		finish();
		return { stream: source, measure };
	}
	const pass = async function* (chunks: AsyncIterable<Buffer>) {
		for await (const chunk of chunks) {
			take(chunk);
			yield chunk;
		}
		finish();
	};
	return { stream: source.compose(pass as never) as unknown as T, measure };
}
