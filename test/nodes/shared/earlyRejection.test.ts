/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

import type { BinaryDataService } from 'n8n-core';
import { sleep } from 'n8n-workflow';

import { itemWith } from '../../support/binary';
import { binaryData, errorOf } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { filesAppUpload } from '../../support/filesApp';
import type { Sandbox } from '../../support/sandbox';

const SIZE = 64 * 1024 * 1024;

/** A server that refuses while the body is still coming, as proxies with a limit do. */
class Refusing {
	/** Requests seen. */
	seen = 0;
	/** Bytes taken off the line, heads included. */
	taken = 0;
	private server!: Server;

	/** @param refuse what is done to the connection once the head of a request is there */
	constructor(private readonly refuse: (socket: Socket) => void) {}

	async start(): Promise<string> {
		this.server = createServer((socket) => {
			let isRefused = false;
			socket.on('error', () => undefined);
			socket.on('data', (chunk) => {
				this.taken += chunk.length;
				if (isRefused) return;
				isRefused = true;
				this.seen += 1;
				this.refuse(socket);
			});
		});
		this.server.unref();
		await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		await new Promise((done) => this.server.close(done));
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

const said = (head: string, json: object) => {
	const body = JSON.stringify(json);
	return `HTTP/1.1 ${head}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};
const answer = (status: number, more = '') =>
	said(`${status} Refused${more}`, { error: { code: 'refused', message: 'Not this one' } });
const success = said('201 Created', { id: 'f_1', name: 'a.bin' });

it.each([401, 413])(
	'an answer of %i while the file is on its way is the outcome, and the rest stays here',
	async (status) => {
		const opening = jest.spyOn(await binaryData(), 'getAsStream');
		const server = new Refusing((socket) => socket.write(answer(status)));
		const error = await upload(await server.start());
		await server.stop();
		const [{ value: source }] = opening.mock.results;
		expect((await (source as ReturnType<BinaryDataService['getAsStream']>)).destroyed).toBe(true);
		opening.mockRestore();
		expect(error.message).toBe(`Files App responded with ${status}: Not this one (refused)`);
		expect(server.seen).toBe(1);
		expect(server.taken).toBeLessThan(SIZE);
	},
);

it('a success before the file was read is none', async () => {
	const server = new Refusing((socket) => socket.write(success));
	const error = await upload(await server.start());
	await server.stop();
	expect(error.message).toMatch(
		/^Files App responded after only \d+ of 67108864 bytes of “a.bin” had been sent$/,
	);
	expect(error.description).toContain('upload it again');
});

it.each([201, 413])(
	'an answer of %i ends it also where the server reads no more and keeps the connection',
	async (status) => {
		let ended = false;
		const server = new Refusing((socket) => {
			socket.pause();
			socket.write(status === 201 ? success : answer(status));
			socket.on('close', () => (ended = true));
			kept = socket;
		});
		let kept: Socket | undefined;
		const error = await upload(await server.start());
		// Well before the stall timeout of 20 seconds would say so.
		expect(error.message).toMatch(/^Files App (responded with 413|responded after only \d+ of)/);
		expect(server.taken).toBeLessThan(SIZE);
		// Who looks again finds the connection closed.
		kept!.resume();
		await eventually(() => ended);
		expect(server.taken).toBeLessThan(SIZE);
		await server.stop();
	},
);

it('the answer wins over the connection that is closed behind it, even before its words are through', async () => {
	const server = new Refusing((socket) => {
		// Nothing more is read: what still comes turns into a reset.
		socket.pause();
		const whole = answer(413);
		socket.write(whole.slice(0, whole.length - 2), () => {
			void sleep(100).then(() => socket.resetAndDestroy());
		});
	});
	const error = await upload(await server.start());
	await server.stop();
	expect(error.httpCode).toBe('413');
	expect(error.message).toContain('Not this one');
	expect(server.seen).toBe(1);
});

it('a 503 is an answer too: the file is not sent again', async () => {
	const server = new Refusing((socket) => socket.write(answer(503)));
	const error = await upload(await server.start());
	await server.stop();
	expect(error.httpCode).toBe('503');
	expect(server.seen).toBe(1);
});

it('a 429 is waited for as long as it says', async () => {
	const server = new Refusing((socket) => socket.write(answer(429, '\r\nRetry-After: 90')));
	const error = await upload(await server.start());
	await server.stop();
	expect(error.httpCode).toBe('429');
	expect(error.description).toContain('wait until');
	expect(server.seen).toBe(1);
});

it('a connection that is reset unanswered is tried once more, and the error says why it may be', async () => {
	const server = new Refusing((socket) => socket.resetAndDestroy());
	const error = await upload(await server.start());
	await server.stop();
	expect(error.description).toContain('the file is too large for one request');
	expect(error.description).not.toContain('may have succeeded');
	expect(server.seen).toBe(2);
});
