/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

import type { BinaryDataService } from 'n8n-core';
import { sleep } from 'n8n-workflow';

import { itemWith } from '../../support/binary';
import { binaryData, errorOf } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { filesAppUpload } from '../../support/filesApp';
import type { Sandbox } from '../../support/sandbox';
import { TestServer } from '../../support/testServer';

const SIZE = 64 * 1024 * 1024;

/** A server that responds before it has read the body, as proxies with a size limit do. */
class EarlyServer extends TestServer {
	/** Bytes received, including headers. */
	received = 0;
	/** The number of connections, each with one request. */
	connections = 0;

	/** @param respond called with the connection once the headers of a request have arrived */
	constructor(respond: (socket: Socket) => void) {
		super();
		this.accept((socket) => {
			this.connections += 1;
			socket.on('data', (chunk) => (this.received += chunk.length));
			socket.once('data', () => respond(socket));
		});
	}

	/** Waits until the client has closed its connections: until then it may still send the rest of the body. */
	override async stop(): Promise<void> {
		await eventually(() => this.openConnections === 0);
		await super.stop();
	}
}

beforeAll(async () => void (await binaryData()));

const upload = async (baseUrl: string) => {
	const credentials = { baseUrl, apiKey: 'sk_live_x' };
	const nowhere = { info: { services: { filesApp: { credentials } } } } as unknown as Sandbox;
	const input = [await itemWith({ data: { name: 'a.bin', bytes: randomBytes(SIZE) } })];
	const options = { thresholdMb: 1000, stallSeconds: 20 };
	return errorOf(await filesAppUpload(nowhere, input, { options }));
};

const rawResponse = (head: string, json: object) => {
	const body = JSON.stringify(json);
	return `HTTP/1.1 ${head}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};
const rejection = (status: number, more = '') =>
	rawResponse(`${status} Refused${more}`, { error: { code: 'refused', message: 'Not this one' } });
const success = rawResponse('201 Created', { id: 'f_1', name: 'a.bin' });

it.each([401, 413])(
	'reports a %i that arrives during the upload, and does not send the rest of the file',
	async (status) => {
		const opening = jest.spyOn(await binaryData(), 'getAsStream');
		const server = new EarlyServer((socket) => socket.write(rejection(status)));
		const error = await upload((await server.start()).url);
		await server.stop();
		const [{ value: source }] = opening.mock.results;
		expect((await (source as ReturnType<BinaryDataService['getAsStream']>)).destroyed).toBe(true);
		opening.mockRestore();
		expect(error.message).toBe(`Files App responded with ${status}: Not this one (refused)`);
		expect(server.connections).toBe(1);
		expect(server.received).toBeLessThan(SIZE);
	},
);

it('does not accept a success that arrives before the file was read', async () => {
	const server = new EarlyServer((socket) => socket.write(success));
	const error = await upload((await server.start()).url);
	await server.stop();
	expect(error.message).toMatch(
		/^Files App responded after only \d+ of 67108864 bytes of “a.bin” had been sent$/,
	);
	expect(error.description).toContain('upload it again');
});

it.each([201, 413])(
	'ends the upload after a %i if the server stops reading but keeps the connection open',
	async (status) => {
		let ended = false;
		const server = new EarlyServer((socket) => {
			socket.pause();
			socket.write(status === 201 ? success : rejection(status));
			socket.on('close', () => (ended = true));
			kept = socket;
		});
		let kept: Socket | undefined;
		const error = await upload((await server.start()).url);
		// The stall timeout of 20 seconds would report another error.
		expect(error.message).toMatch(/^Files App (responded with 413|responded after only \d+ of)/);
		expect(server.received).toBeLessThan(SIZE);
		// When the server reads again, it finds the connection closed.
		kept!.resume();
		await eventually(() => ended);
		expect(server.received).toBeLessThan(SIZE);
		await server.stop();
	},
);

it('reports the response even if the connection is reset before the end of its body', async () => {
	const server = new EarlyServer((socket) => {
		// The server stops reading, so that the unread bytes cause a reset.
		socket.pause();
		const whole = rejection(413);
		socket.write(whole.slice(0, whole.length - 2), () => {
			void sleep(100).then(() => socket.resetAndDestroy());
		});
	});
	const error = await upload((await server.start()).url);
	await server.stop();
	expect(error.httpCode).toBe('413');
	expect(error.message).toContain('Not this one');
	expect(server.connections).toBe(1);
});

it('does not send the file again after a 503', async () => {
	const server = new EarlyServer((socket) => socket.write(rejection(503)));
	const error = await upload((await server.start()).url);
	await server.stop();
	expect(error.httpCode).toBe('503');
	expect(server.connections).toBe(1);
});

it('reports a 429 whose Retry-After is too long to wait', async () => {
	const server = new EarlyServer((socket) => socket.write(rejection(429, '\r\nRetry-After: 90')));
	const error = await upload((await server.start()).url);
	await server.stop();
	expect(error.httpCode).toBe('429');
	expect(error.description).toContain('wait until');
	expect(server.connections).toBe(1);
});

it('retries once after a connection reset without a response, and names possible reasons', async () => {
	const server = new EarlyServer((socket) => socket.resetAndDestroy());
	const error = await upload((await server.start()).url);
	await server.stop();
	expect(error.description).toContain('the file is too large for one request');
	expect(error.description).not.toContain('may have succeeded');
	expect(server.connections).toBe(2);
});
