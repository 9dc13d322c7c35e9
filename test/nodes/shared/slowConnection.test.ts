/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

import type { BinaryDataService } from 'n8n-core';
import { type INodeExecutionData, sleep } from 'n8n-workflow';

import { inMemory, itemWith, sha256Of } from '../../support/binary';
import { binaryData, bytesOf, outputOf, runNode } from '../../support/engine';
import { fileCourierNode } from '../../support/fileCourier';
import { filesAppUpload } from '../../support/filesApp';
import { TestServer, useTestServer } from '../../support/testServer';
import type { Sandbox } from '../../support/sandbox';

const MIB = 1024 * 1024;
/** Larger than the socket buffers, which accept their bytes at once. */
const bytes = randomBytes(30 * MIB);
/** Seconds: far more than a mebibyte takes, and less than half of the time for the file. */
const STALL = 2;
const PER_MEBIBYTE = 150;
const server = useTestServer();
let service: BinaryDataService;

beforeAll(async () => {
	service = await binaryData();
	server.handle(async (request, response) => {
		if (request.method === 'GET') {
			response.writeHead(200, { 'content-length': bytes.length });
			for (let sent = 0; sent < bytes.length; sent += MIB) {
				response.write(bytes.subarray(sent, sent + MIB));
				await sleep(PER_MEBIBYTE);
			}
			response.end();
		} else {
			await readSlowly(request);
			response.end('{"id":"f","name":"a.bin"}');
		}
	});
});

async function readSlowly(request: IncomingMessage): Promise<void> {
	let read = 0;
	for await (const chunk of request) {
		const before = Math.floor(read / MIB);
		read += (chunk as Buffer).length;
		if (Math.floor(read / MIB) > before) await sleep(PER_MEBIBYTE);
	}
}

const credentials = () => ({ baseUrl: server.url, apiKey: 'x', clientId: 'x', clientSecret: 'y' });
const nowhere = () =>
	({
		info: {
			services: {
				filesApp: { credentials: credentials() },
				fileCourier: { credentials: credentials() },
			},
		},
	}) as unknown as Sandbox;

const file = { name: 'a.bin', bytes };
it.each<[string, () => Promise<INodeExecutionData>]>([
	['on disk', async () => await itemWith({ data: file })],
	[
		'in n8n’s database',
		async () => {
			const item = await itemWith({ data: file });
			// As n8n's DatabaseManager does: the whole file is one chunk.
			jest.spyOn(service, 'getAsStream').mockResolvedValueOnce(Readable.from(bytes));
			return item;
		},
	],
	['in memory', () => Promise.resolve({ json: {}, binary: { data: inMemory(file) } })],
])('an upload of a file %s may take longer than the stall timeout', async (_, item) => {
	const options = { thresholdMb: 1000, stallSeconds: STALL };
	const began = Date.now();
	const [{ json }] = outputOf(await filesAppUpload(nowhere(), [await item()], { options }));
	expect(json.sha256).toBe(sha256Of(bytes));
	// A faster transfer would prove nothing.
	expect(Date.now() - began).toBeGreaterThan(2 * STALL * 1000);
});

it('a download may take longer than the stall timeout', async () => {
	const began = Date.now();
	const [{ binary }] = outputOf(
		await runNode(
			fileCourierNode(nowhere(), {
				...{ resource: 'file', operation: 'download', url: server.url, binaryPropertyName: 'data' },
				options: { stallSeconds: STALL },
			}),
		),
	);
	expect(sha256Of(await bytesOf(binary!.data))).toBe(sha256Of(bytes));
	expect(Date.now() - began).toBeGreaterThan(2 * STALL * 1000);
});

it('an upload in one request gives the service more time to respond if the file is large', async () => {
	const host = new TestServer().handle(async (request, response) => {
		// Not kept in memory, because that takes seconds on a slow machine.
		await once(request.resume(), 'end');
		await sleep(3_000);
		response.end('{"id":"f","name":"a.bin"}');
	});
	await host.start();
	const input = [await itemWith({ data: { name: 'a.bin', bytes: Buffer.alloc(300 * MIB) } })];
	// Eight seconds more.
	const options = { thresholdMb: 1000, stallSeconds: 1, sha256: false };
	const more = { credentials: { baseUrl: host.url, apiKey: 'x' } };
	const run = await filesAppUpload(nowhere(), input, { options }, more);
	await host.stop();
	expect(outputOf(run)[0].json.fileId).toBe('f');
});
