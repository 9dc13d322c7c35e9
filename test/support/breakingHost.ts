/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { IDataObject, IRun } from 'n8n-workflow';

import { sha256Of } from './binary';
import { binaryData, bytesOf, type NodeUnderTest, outputOf, runNode } from './engine';
import { fileCourierNode } from './fileCourier';
import type { Sandbox } from './sandbox';
import { TestServer } from './testServer';

export const MIB = 1024 * 1024;
export const FILE = randomBytes(4 * MIB);
export const OTHER = randomBytes(4 * MIB);

interface Behavior {
	file: Buffer;
	headers: Record<string, string>;
	ignoresRanges: boolean;
	/** Breaks the connection after so many bytes of the n-th response (counted from 0); undefined for a whole body. */
	breakAfter(n: number): number | undefined;
	/** Called before the n-th response. */
	before(n: number): void;
	/** Replaces the n-th response; true if it did. */
	respond(n: number, request: IncomingMessage, response: ServerResponse): boolean;
}

const usual = (): Behavior => ({
	file: FILE,
	headers: { etag: '"one"', 'accept-ranges': 'bytes' },
	ignoresRanges: false,
	breakAfter: () => undefined,
	before: () => undefined,
	respond: () => false,
});

interface RangeRequest {
	range?: string;
	ifRange?: string;
	/** Bytes of the body that the host wrote. */
	sent: number;
}

/** Starts a host with one file for a file of tests, and resets it before each test. */
export function useBreakingHost() {
	const host = usual();
	const requests: RangeRequest[] = [];
	const server = new TestServer().handle((request, response) => {
		const n = requests.length;
		const { range, 'if-range': ifRange } = request.headers as Record<string, string | undefined>;
		const recorded: RangeRequest = { range, ifRange, sent: 0 };
		requests.push(recorded);
		host.before(n);
		if (host.respond(n, request, response)) return;
		const { file, headers } = host;
		const identity = headers.etag ?? headers['last-modified'];
		const isPart = range !== undefined && !host.ignoresRanges && ifRange === identity;
		const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(isPart ? range : 'bytes=0-')!;
		const end = to ? Number(to) + 1 : file.length;
		const body = file.subarray(Number(from), end);
		response.writeHead(isPart ? 206 : 200, {
			...headers,
			'content-length': body.length,
			...(isPart && { 'content-range': `bytes ${from}-${end - 1}/${file.length}` }),
		});
		const limit = host.breakAfter(n);
		const piece = body.subarray(0, limit);
		recorded.sent = piece.length;
		if (limit === undefined) response.end(piece);
		else response.write(piece, () => setImmediate(() => response.destroy()));
	});
	beforeAll(async () => {
		await binaryData();
		await server.start();
	});
	afterAll(async () => await server.stop());
	beforeEach(() => {
		Object.assign(host, usual());
		requests.length = 0;
	});

	/** Returns a node that downloads the file. */
	const node = (options: IDataObject = {}): NodeUnderTest => {
		const credentials = { clientId: 'x', clientSecret: 'y', baseUrl: 'http://127.0.0.1' };
		const sandbox = { info: { services: { fileCourier: { credentials } } } } as unknown as Sandbox;
		const url = `${server.url}/file.bin`;
		const parameters = { resource: 'file', operation: 'download', url, options };
		return fileCourierNode(sandbox, { ...parameters, binaryPropertyName: 'data' });
	};
	return {
		host,
		requests,
		node,
		download: async (options?: IDataObject) => await runNode(node(options)),
		bytesSent: () => requests.reduce((sum, { sent }) => sum + sent, 0),
	};
}

/** Expects the whole file in the output, with its hash. */
export async function expectFile(run: IRun, file: Buffer): Promise<void> {
	const [{ json, binary }] = outputOf(run);
	expect(json).toMatchObject({ size: file.length, sha256: sha256Of(file) });
	expect((await bytesOf(binary!.data)).equals(file)).toBe(true);
}
