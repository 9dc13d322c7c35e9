/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import '../../support/skippedWaits';

import type { IDataObject } from 'n8n-workflow';

import { sha256Of } from '../../support/binary';
import {
	binaryData,
	buildContext,
	bytesOf,
	errorOf,
	outputOf,
	runNode,
	startRun,
} from '../../support/engine';
import { eventually } from '../../support/eventually';
import { fileCourierNode } from '../../support/fileCourier';
import type { Sandbox } from '../../support/sandbox';

const MIB = 1024 * 1024;
const FILE = randomBytes(4 * MIB);
const OTHER = randomBytes(4 * MIB);
const SMALL_PARTS = { partsAtOnce: 4, partSizeMb: 0.25, thresholdMb: 1 };

interface Request {
	range?: string;
	ifRange?: string;
	/** Bytes of the body that the host wrote. */
	sent: number;
}

/** A host with one file, and what it does wrong. Reset for each test. */
interface Behaviour {
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

let host: Behaviour;
let requests: Request[];
let server: Server;
let url: string;

beforeAll(async () => {
	await binaryData();
	server = createServer(serve);
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`;
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});
beforeEach(() => {
	requests = [];
	host = {
		file: FILE,
		headers: { etag: '"one"', 'accept-ranges': 'bytes' },
		ignoresRanges: false,
		breakAfter: () => undefined,
		before: () => undefined,
		respond: () => false,
	};
});

function serve(request: IncomingMessage, response: ServerResponse): void {
	const n = requests.length;
	const { range, 'if-range': ifRange } = request.headers as Record<string, string | undefined>;
	const seen: Request = { range, ifRange, sent: 0 };
	requests.push(seen);
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
	seen.sent = piece.length;
	if (limit === undefined) response.end(piece);
	else response.write(piece, () => setImmediate(() => response.destroy()));
}

const nowhere = {
	info: {
		services: {
			fileCourier: {
				credentials: { clientId: 'x', clientSecret: 'y', baseUrl: 'http://127.0.0.1' },
			},
		},
	},
} as unknown as Sandbox;

const parameters = (options: IDataObject = {}) => ({
	resource: 'file',
	operation: 'download',
	url,
	binaryPropertyName: 'data',
	options,
});

const download = async (options?: IDataObject) =>
	await runNode(fileCourierNode(nowhere, parameters(options)));

/** Expects the whole file in the output, with its hash. */
async function expectFile(run: Awaited<ReturnType<typeof download>>, file: Buffer): Promise<void> {
	const [{ json, binary }] = outputOf(run);
	expect(json).toMatchObject({ size: file.length, sha256: sha256Of(file) });
	expect((await bytesOf(binary!.data)).equals(file)).toBe(true);
}

const bytesSent = () => requests.reduce((sum, { sent }) => sum + sent, 0);

describe('a download whose connection breaks', () => {
	it.each([
		['its ETag', { etag: '"one"' }, '"one"'],
		[
			'its modification date',
			{ 'last-modified': 'Mon, 02 Nov 2026 10:00:00 GMT' },
			'Mon, 02 Nov 2026 10:00:00 GMT',
		],
	])('continues where it broke if the file is identified by %s', async (_, headers, ifRange) => {
		host.headers = headers;
		host.breakAfter = (n) => (n < 3 ? MIB : undefined);
		await expectFile(await download(), FILE);
		expect(requests).toHaveLength(4);
		for (const request of requests.slice(1)) {
			expect(request.range).toMatch(/^bytes=\d+-$/);
			expect(request.ifRange).toBe(ifRange);
		}
		expect(bytesSent()).toBeLessThanOrEqual(FILE.length + 3 * MIB);
	});

	it('continues after more breaks than a request is retried', async () => {
		host.breakAfter = (n) => (n < 8 ? MIB / 4 : undefined);
		await expectFile(await download(), FILE);
		expect(requests).toHaveLength(9);
	});

	it.each([1, 3 * MIB])('requests %i bytes again if that is all it has', async (bytes) => {
		host.breakAfter = (n) => (n === 0 ? bytes : undefined);
		await expectFile(await download(), FILE);
		expect(bytesSent()).toBe(FILE.length + Math.min(bytes, 4096));
	});

	it('continues although requests for the rest fail for a while', async () => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.respond = (n, _, response) => {
			if (n === 0 || n > 5) return false;
			if (n % 2 === 0) response.writeHead(503).end('down');
			else response.destroy();
			return true;
		};
		await expectFile(await download(), FILE);
		expect(requests).toHaveLength(7);
	});

	it('logs that it waits, and how much has arrived', async () => {
		let ahead = 0;
		const now = performance.now.bind(performance);
		jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
		host.breakAfter = (n) => (n === 0 ? 2 * MIB : undefined);
		host.respond = (n, _, response) => {
			if (n !== 1) return false;
			ahead = 11_000;
			response.writeHead(503).end();
			return true;
		};
		const { workflow, additionalData } = buildContext(fileCourierNode(nowhere, parameters()));
		const shown: unknown[] = [];
		additionalData.sendDataToUI = (type, data) => void shown.push([type, data]);
		outputOf(await startRun(workflow, additionalData, 'manual'));
		jest.restoreAllMocks();
		expect(JSON.stringify(shown)).toMatch(
			/Downloading “file\.bin”: waiting for the connection, [0-2] MiB done/,
		);
	});

	it('gives up after the set time and leaves no file', async () => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.respond = (n, _, response) => {
			if (n > 0) response.destroy();
			return n > 0;
		};
		const { message } = errorOf(await download({ giveUpMinutes: 0 }));
		expect(message).toContain('could not be reached');
		// The first request and three attempts to continue.
		expect(requests).toHaveLength(4);
	});

	it('outputs the new file from its first byte if the file has changed', async () => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.before = (n) => {
			if (n > 0) Object.assign(host, { file: OTHER, headers: { etag: '"two"' } });
		};
		await expectFile(await download(), OTHER);
	});

	it.each([
		['a changed ETag', { etag: '"two"' }, 0, FILE.length],
		['another total size', { etag: '"one"' }, 0, FILE.length + 1],
		['another position', { etag: '"one"' }, 7, FILE.length],
		['the same ETag but other bytes', { etag: '"one"' }, 0, FILE.length],
	])(
		'never mixes files: it starts over after a partial response with %s',
		async (_, headers, shift, total) => {
			host.breakAfter = (n) => (n === 0 ? MIB : undefined);
			host.respond = (_, request, response) => {
				if (request.headers.range === undefined) return false;
				const from = Number(/\d+/.exec(request.headers.range)![0]) + shift;
				const body = OTHER.subarray(from);
				response.writeHead(206, {
					...headers,
					'content-length': body.length,
					'content-range': `bytes ${from}-${total - 1}/${total}`,
				});
				response.end(body);
				return true;
			};
			await expectFile(await download(), FILE);
			expect(requests.filter(({ range }) => range === undefined)).toHaveLength(2);
		},
	);

	it('fails if the file changes on every attempt', async () => {
		host.breakAfter = () => MIB;
		host.before = (n) => {
			host.headers = { etag: `"${n}"` };
		};
		const { message, description } = errorOf(await download());
		expect(message).toBe('The file host changed the file during the transfer');
		expect(description).toContain('Run the node again');
	});

	it.each([
		['sends no ETag and no modification date', {}],
		['sends a weak ETag', { etag: 'W/"one"' }],
		['modified the file in the second of its response', undefined],
	])('starts over if the host %s', async (_, headers) => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.before = () => {
			host.headers = headers ?? { 'last-modified': new Date().toUTCString() };
		};
		await expectFile(await download(), FILE);
		expect(requests.map(({ range }) => range)).toEqual([undefined, undefined]);
	});

	it('skips what it has if the host ignores ranges but sends the same file', async () => {
		host.ignoresRanges = true;
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		await expectFile(await download(), FILE);
		expect(requests).toHaveLength(2);
	});

	it('does not download the file again and again from a host that ignores ranges', async () => {
		host.ignoresRanges = true;
		host.breakAfter = () => 3 * MIB;
		expect(errorOf(await download())).toBeDefined();
		expect(requests.length).toBeLessThanOrEqual(5);
	});

	it('requests a new presigned URL if the old one has expired', async () => {
		let current = 0;
		host.breakAfter = (n) => (n === 1 ? MIB : undefined);
		host.respond = (_, request, response) => {
			if (request.url === '/file.bin') {
				response.writeHead(302, { location: `/presigned?${++current}` }).end();
				return true;
			}
			const isExpired = request.url !== `/presigned?${current}`;
			if (isExpired) response.writeHead(403).end('expired');
			return isExpired;
		};
		await expectFile(await download(), FILE);
		expect(current).toBe(2);
	});

	it('reports the status if the host rejects the request for the rest', async () => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.respond = (n, _, response) => {
			if (n > 0) response.writeHead(403).end('The link has expired');
			return n > 0;
		};
		expect(errorOf(await download()).message).toBe(
			'The file host responded with 403: The link has expired',
		);
		expect(requests).toHaveLength(2);
	});
});

describe('a download in parallel parts', () => {
	it('requests the parts on condition that the file is the same', async () => {
		await expectFile(await download(SMALL_PARTS), FILE);
		expect(requests).toHaveLength(16);
		expect(requests.slice(1).every(({ ifRange }) => ifRange === '"one"')).toBe(true);
		const parts = requests.slice(1).map(({ range }) => /\d+/.exec(range!)![0]);
		expect(new Set(parts).size).toBe(15);
	});

	it('stays with one request by default if that is faster than a gigabit line', async () => {
		host.file = randomBytes(8 * MIB);
		// No time passes, so that the load of the machine does not matter.
		const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
		try {
			await expectFile(await download({ partSizeMb: 0.25, thresholdMb: 1 }), host.file);
		} finally {
			clock.mockRestore();
		}
		expect(requests).toHaveLength(1);
	});

	it('requests the other parts by default as soon as the first request turns out to be slow', async () => {
		host.respond = (n, _, response) => {
			if (n > 0) return false;
			response.writeHead(200, { ...host.headers, 'content-length': FILE.length });
			response.write(FILE.subarray(0, MIB / 2));
			setTimeout(() => response.end(FILE.subarray(MIB / 2)), 300);
			return true;
		};
		await expectFile(await download({ partSizeMb: 0.25, thresholdMb: 1 }), FILE);
		expect(requests.length).toBeGreaterThan(2);
		const first = Math.min(...requests.slice(1).map(({ range }) => Number(/\d+/.exec(range!)![0])));
		expect(first).toBeGreaterThan(MIB / 2);
	});

	it('never requests more parts at the same time than set', async () => {
		let [open, most] = [0, 0];
		host.respond = (_, __, response) => {
			most = Math.max(most, ++open);
			response.on('close', () => open--);
			return false;
		};
		await expectFile(await download(SMALL_PARTS), FILE);
		expect(most).toBeGreaterThan(1);
		expect(most).toBeLessThanOrEqual(4);
	});

	it('continues each part where its connection broke', async () => {
		host.breakAfter = (n) => (n % 3 === 1 ? 100_000 : undefined);
		await expectFile(await download(SMALL_PARTS), FILE);
		// The first request asks for the whole file, and is ended after its part.
		const whole = FILE.length - 0.25 * MIB;
		expect(bytesSent() - whole).toBeLessThanOrEqual(1.05 * FILE.length);
	});

	it.each([
		['is smaller than set', { ...SMALL_PARTS, thresholdMb: 5 }, {}],
		['is downloaded with one part at a time', { ...SMALL_PARTS, partsAtOnce: 1 }, {}],
		['comes from a host that does not announce ranges', SMALL_PARTS, { 'accept-ranges': 'none' }],
		['has a weak ETag', SMALL_PARTS, { etag: 'W/"one"' }],
	])('is not used for a file that %s', async (_, options, headers) => {
		Object.assign(host.headers, headers);
		await expectFile(await download(options), FILE);
		expect(requests).toHaveLength(1);
	});

	it('continues with one request if the host ignores ranges although it announces them', async () => {
		host.ignoresRanges = true;
		await expectFile(await download(SMALL_PARTS), FILE);
		expect(bytesSent()).toBeLessThanOrEqual(6 * FILE.length);
	});

	it('starts over if the file changes in the meantime', async () => {
		host.before = (n) => {
			if (n > 5) Object.assign(host, { file: OTHER, headers: { ...host.headers, etag: '"two"' } });
		};
		await expectFile(await download(SMALL_PARTS), OTHER);
	});

	it('starts over if a part with the same ETag does not continue the one before', async () => {
		host.before = (n) => {
			if (n > 5) host.file = OTHER;
		};
		await expectFile(await download(SMALL_PARTS), OTHER);
	});

	it('downloads a file that is stored in compressed form with one request', async () => {
		const plain = Buffer.from('text '.repeat(400_000) + randomBytes(MIB).toString('hex'));
		host.file = gzipSync(plain);
		host.headers['content-encoding'] = 'gzip';
		await expectFile(await download(SMALL_PARTS), plain);
		expect(requests.at(-1)!.range).toBeUndefined();
	});

	it('ends all requests if one part is rejected', async () => {
		let open = 0;
		host.respond = (n, _, response) => {
			open++;
			response.on('close', () => open--);
			if (n === 3) response.writeHead(403).end('no');
			return n === 3;
		};
		expect(errorOf(await download(SMALL_PARTS)).message).toBe(
			'The file host responded with 403: no',
		);
		await eventually(() => open === 0);
	});
});

describe('Maximum Size', () => {
	it('rejects a file that is announced as larger before it is downloaded', async () => {
		const { message } = errorOf(await download({ maxSizeMb: 1 }));
		expect(message).toBe('“file.bin” is larger than the 1048576 bytes of Maximum Size');
	});

	it('ends the download of a file that turns out to be larger', async () => {
		host.respond = (_, __, response) => {
			response.writeHead(200);
			response.write(FILE);
			return true;
		};
		const { message } = errorOf(await download({ maxSizeMb: 1 }));
		expect(message).toBe('“file.bin” is larger than the 1048576 bytes of Maximum Size');
	});

	it('accepts a file of exactly this size', async () => {
		await expectFile(await download({ maxSizeMb: 4 }), FILE);
	});
});
