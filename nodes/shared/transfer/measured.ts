import { createHash } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

/** A Node stream, named without importing node:stream. */
export type ByteStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** What has passed through a measured stream. */
export interface Measure {
	/** Bytes. */
	size: number;
	/** Hex SHA-256 of all that passed; undefined while it flows, or if none is wanted. */
	sha256?: string;
}

/** The same bytes, counted and hashed while they pass; `progress` is called for each chunk. */
export function measured(
	source: ByteStream,
	options: { sha256: boolean; progress?: () => void },
): { stream: ByteStream; measure: Measure } {
	const hash = options.sha256 ? createHash('sha256') : undefined;
	const measure: Measure = { size: 0 };
	const pass = async function* (chunks: AsyncIterable<Buffer>) {
		for await (const chunk of chunks) {
			measure.size += chunk.length;
			hash?.update(chunk);
			options.progress?.();
			yield chunk;
		}
		measure.sha256 = hash?.digest('hex');
	};
	return { stream: source.compose(pass as never) as unknown as ByteStream, measure };
}
