import { randomBytes } from 'node:crypto';

import { NodeOperationError, sleep } from 'n8n-workflow';

import { connectionError } from '../../../nodes/shared/http/errors';
import type { ItemContext } from '../../../nodes/shared/node/operation';
import { type MultipartOptions, uploadMultipart } from '../../../nodes/shared/files/multipart';
import type { Part } from '../../../nodes/shared/files/parts';
import { streamBuffers } from '../../../nodes/shared/files/streams';
import { sha256Of } from '../../support/binary';

/** Half of Node's buffer pool and more: smaller buffers are slices of one block of memory. */
const PART = 5000;
const bytes = randomBytes(5 * PART + 1);
const node = { name: 'Subject' };
const said: string[] = [];
const item = {
	functions: { getNode: () => node, logger: { info: (line: string) => said.push(line) } },
	itemIndex: 3,
} as unknown as ItemContext;

/** Uploads the file with the given function for each part. */
const upload = async (
	send: (part: Part) => Promise<void>,
	more: Partial<MultipartOptions> = {},
) => {
	const file = { field: 'data', fileName: 'a.bin', mimeType: 'x/y', size: bytes.length };
	const source = { ...file, open: () => Promise.resolve(bytes) };
	return await uploadMultipart(
		item,
		source,
		{ partName: 'part', partSize: PART, concurrency: 2, sha256: true, ...more },
		send,
	);
};
const fault = (message: string) => new NodeOperationError(node as never, message);

it.each([1, 256 * 1024, 600 * 1024])(
	'streams a part of %i bytes so that its buffer can be filled again after the last chunk',
	async (size) => {
		const pieces = [randomBytes(10), randomBytes(size), randomBytes(10)];
		const expected = Buffer.concat(pieces);
		const chunks: Buffer[] = [];
		let sent = 0;
		for await (const chunk of streamBuffers(pieces, (count) => (sent += count))) {
			chunks.push(chunk as Buffer);
		}
		expect(sent).toBe(expected.length);
		expect(sha256Of(Buffer.concat(chunks))).toBe(sha256Of(expected));
		// The connection may still hold the last two chunks of the part, and what follows them.
		const end = Buffer.concat(chunks.slice(-3)).toString('hex');
		for (const piece of pieces) piece.fill(0);
		expect(Buffer.concat(chunks.slice(-3)).toString('hex')).toBe(end);
	},
);

it.each([1, 2, 3, 100])('sends up to %i parts concurrently', async (concurrency) => {
	let underWay = 0;
	let most = 0;
	const result = await upload(
		async () => {
			most = Math.max(most, ++underWay);
			await sleep(1);
			underWay--;
		},
		{ concurrency },
	);
	expect(most).toBe(Math.min(concurrency, 6));
	expect(result).toEqual({ size: bytes.length, sha256: sha256Of(bytes), parts: 6 });
});

it('reuses the buffer of an uploaded part, but never of a part in flight', async () => {
	const kept = new Set<ArrayBufferLike>();
	await upload(async (part) => {
		kept.add(part.bytes.buffer);
		const before = Buffer.from(part.bytes);
		await sleep(1);
		expect(part.bytes).toEqual(before);
	});
	expect(kept.size).toBeLessThan(6);
});

it('does not reuse the buffer of a failed part, because a request may still read it', async () => {
	const sent: Part[] = [];
	const refuse = async (part: Part) => {
		sent.push(part);
		await sleep(1);
		throw fault('refused');
	};
	await expect(upload(refuse, { concurrency: 1 })).rejects.toThrow('refused');
	expect(sent.map((part) => part.bytes)).toEqual([bytes.subarray(0, PART)]);
});

it('reports the first of several failures, with the properties that n8n reads', async () => {
	const first = Object.assign(fault('first'), {
		httpCode: '503',
		failure: { cause: 'temporarily-unavailable' },
	});
	const sent: number[] = [];
	const outcome = upload(async ({ index }) => {
		sent.push(index);
		await sleep(1);
		if (index === 0) throw first;
		await sleep(1);
		throw fault('second');
	});
	await expect(outcome).rejects.toMatchObject({
		message: 'first',
		httpCode: '503',
		failure: { cause: 'temporarily-unavailable' },
		description: '0 of 6 parts were uploaded; the upload is incomplete.',
	});
	expect(sent).toEqual([0, 1]);
});

it.each([
	['ECONNREFUSED', false],
	['CERT_HAS_EXPIRED', false],
	['ECONNRESET', true],
])(
	'after %s for the last part warns that the upload may have succeeded: %j',
	async (code, mayBeThere) => {
		const failed = await upload(
			async ({ index }) => {
				await sleep(1);
				if (index < 5) return;
				throw connectionError(node as never, { name: 'The host' }, 'http://h', { code });
			},
			{ completesItself: true },
		).catch((error: Error & { description?: string }) => error);
		expect((failed as { description: string }).description.includes('may have succeeded')).toBe(
			mayBeThere,
		);
	},
);

it('ends when the execution is stopped, even if the parts in flight arrive', async () => {
	const stop = new AbortController();
	const sent: number[] = [];
	const outcome = upload(
		({ index }) => {
			sent.push(index);
			if (index === 1) stop.abort();
			return Promise.resolve();
		},
		{ concurrency: 1, cancel: stop.signal },
	);
	await expect(outcome).rejects.toMatchObject({
		message: 'The execution was stopped',
		description: '2 of 6 parts were uploaded (1–2); the upload is incomplete.',
	});
	expect(sent).toEqual([0, 1]);
});

it('logs the progress of a long upload', async () => {
	jest.useFakeTimers();
	try {
		await upload(async () => await Promise.resolve(jest.advanceTimersByTime(4_000)), {
			concurrency: 1,
		});
	} finally {
		jest.useRealTimers();
	}
	expect(said).toEqual([
		'Uploading “a.bin”: 0 of 0 MiB (59 %)',
		'Uploading “a.bin”: 0 of 0 MiB (100 %)',
	]);
});

it('does not get far ahead of a part that is retried, because a later attempt continues there', async () => {
	const sent: number[] = [];
	const ends: Array<() => void> = [];
	const outcome = upload(
		async ({ index }) => {
			sent.push(index);
			if (index === 0) await new Promise<void>((done) => ends.push(done));
		},
		{ partSize: PART / 10 },
	);
	await sleep(50);
	expect(sent).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	ends[0]();
	expect(await outcome).toMatchObject({ parts: 51, sha256: sha256Of(bytes) });
});

it('does not send a part that waits for another one if that fails', async () => {
	const sent: number[] = [];
	const outcome = upload(
		async ({ index }) => {
			sent.push(index);
			if (index > 0) return;
			await sleep(50);
			throw fault('refused');
		},
		{ partSize: PART / 10 },
	);
	await expect(outcome).rejects.toThrow('refused');
	expect(sent).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});
