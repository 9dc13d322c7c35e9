/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

import { sleep } from 'n8n-workflow';

import { itemWith, sha256Of } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { fileShotUpload } from '../../support/fileShot';
import type { Sandbox } from '../../support/sandbox';
import { TestServer } from '../../support/testServer';

const MIB = 1024 * 1024;
/** More than the operating system buffers for a connection. */
const CHUNK_MIB = 16;
const CHUNKS = 5;

const file = randomBytes((CHUNKS - 1) * CHUNK_MIB * MIB + 1000);

/** Does something with the connection after the response to a chunk; until then the server reads nothing more. */
type AfterResponse = (socket: Socket) => Promise<unknown>;

let server: TestServer;
afterEach(async () => await server.stop());

/** The content of a form's last field. */
function lastFieldOf(form: Buffer): Buffer {
	const start = form.indexOf('\r\n\r\n', form.indexOf('name="chunk"')) + 4;
	return form.subarray(start, form.lastIndexOf('\r\n--', -3));
}

/** Uploads the file to a server that responds to each chunk as soon as it has the headers. */
async function upload(
	afterResponse: AfterResponse,
	status = '200 OK',
	uploadStyle: 'documented' | 'desktop' = 'documented',
) {
	const chunks: Buffer[] = [];
	server = new TestServer().accept((socket) => {
		const received: Buffer[] = [];
		let size = 0;
		let head: string | undefined;
		let bodyStart = 0;
		let hasResponded = false;
		socket.on('data', (data: Buffer) => {
			received.push(data);
			size += data.length;
			if (head === undefined) {
				const start = Buffer.concat(received);
				const end = start.indexOf('\r\n\r\n');
				if (end < 0) return;
				head = start.toString('latin1', 0, end);
				bodyStart = end + 4;
			}
			const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
			const isComplete = size - bodyStart >= length;
			const index = /\/upload-chunk\/f1\/(\d+) /.exec(head)?.[1];
			if (index !== undefined && isComplete) {
				const body = Buffer.concat(received).subarray(bodyStart);
				chunks[Number(index)] = uploadStyle === 'desktop' ? lastFieldOf(body) : body;
			}
			if (hasResponded || (index === undefined && !isComplete)) return;
			hasResponded = true;
			const text = '{"id":"f1","name":"a.bin"}';
			const line = index === undefined ? '200 OK' : status;
			socket.write(
				`HTTP/1.1 ${line}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
			);
			if (index === undefined) return;
			socket.pause();
			void afterResponse(socket).then(() => socket.resume());
		});
	});
	await server.start();
	const credentials = { baseUrl: server.url, apiKey: 'fs_x', linkBaseUrl: '' };
	const sandbox = { info: { services: { fileShot: { credentials } } } } as unknown as Sandbox;
	const input = [await itemWith({ data: { name: 'a.bin', bytes: file } })];
	const options = {
		uploadStyle,
		thresholdMb: CHUNK_MIB,
		partSizeMb: CHUNK_MIB,
		partsAtOnce: 2,
		stallSeconds: 20,
	};
	return { run: await fileShotUpload(sandbox, input, { options }), chunks };
}

it.each(['documented', 'desktop'] as const)(
	'sends the right bytes of every chunk to a server that responds before it has read them: %s',
	async (uploadStyle) => {
		const { run, chunks } = await upload(async () => await sleep(300), '200 OK', uploadStyle);
		const [{ json }] = outputOf(run);
		await eventually(() => chunks.filter(Boolean).length === CHUNKS);
		const all = Buffer.concat(chunks);
		expect(all.length).toBe(file.length);
		expect(sha256Of(all)).toBe(sha256Of(file));
		expect(json.sha256).toBe(sha256Of(file));
	},
);

it('ends the request if the server rejects a chunk before it has read it', async () => {
	let open = 0;
	const { run, chunks } = await upload(async (socket) => {
		open += 1;
		socket.once('close', () => (open -= 1));
		await sleep(100);
	}, '413 Content Too Large');
	expect(errorOf(run).message).toMatch(/^FileShot responded with 413/);
	await eventually(() => open === 0);
	expect(chunks).toEqual([]);
});
