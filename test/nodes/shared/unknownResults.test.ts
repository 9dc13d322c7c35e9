/**
 * What may have happened is said where the service may have acted, and only there.
 */
/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';

import { cert, key } from '../../support/certificate';
import { errorOf, runNode } from '../../support/engine';
import { fileCourierNode, REQUEST } from '../../support/fileCourier';
import { filesAppNode } from '../../support/filesApp';
import { Host, type Scripted } from '../../support/host';
import { byId } from '../../support/locators';
import type { Sandbox } from '../../support/sandbox';

const MAY_HAVE = /\banyway\b/;

const servers: Server[] = [];
const listening = async (server: Server, protocol: string) => {
	servers.push(server.unref());
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
afterAll(() => servers.forEach((server) => server.close()));

const calls = {
	'FileCourier session create': async (baseUrl: string) => {
		const credentials = { clientId: 'fc_x', clientSecret: 'fcs_y', baseUrl };
		const nowhere = { info: { services: { fileCourier: { credentials } } } } as unknown as Sandbox;
		const parameters = { resource: 'session', operation: 'create', ...REQUEST };
		return errorOf(await runNode(fileCourierNode(nowhere, parameters)));
	},
	'Files App shareLink create': async (baseUrl: string) => {
		const credentials = { apiKey: 'sk_live_x', baseUrl };
		const nowhere = { info: { services: { filesApp: { credentials } } } } as unknown as Sandbox;
		const parameters = { resource: 'shareLink', operation: 'create', fileId: byId('f') };
		return errorOf(await runNode(filesAppNode(nowhere, parameters)));
	},
};

describe.each(Object.entries(calls))('%s', (_, call) => {
	it('that nothing listens for cannot have acted', async () => {
		expect((await call('http://127.0.0.1:9')).description).not.toMatch(MAY_HAVE);
	});

	it('whose host has no name that is known cannot have acted', async () => {
		const { description } = await call('http://no-such-host.invalid');
		expect(description).toMatch(/no host of that name|name server did not answer/);
		expect(description).not.toMatch(MAY_HAVE);
	});

	it('that does not trust the certificate cannot have acted, and was not sent', async () => {
		let seen = 0;
		const server = createTlsServer({ key, cert }, (_request, response) => {
			seen += 1;
			response.end('{}');
		});
		const { description, message } = await call(await listening(server, 'https'));
		expect(message).toContain('could not be reached');
		expect(description).toContain('certificate of the host is self-signed');
		expect(description).not.toMatch(MAY_HAVE);
		expect(seen).toBe(0);
	});

	it('that speaks TLS to a plain-text port cannot have acted', async () => {
		const server = createServer((socket) => {
			socket.on('error', () => undefined);
			socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
		});
		const { description } = await call(await listening(server, 'https'));
		expect(description).toContain('does not speak TLS');
		expect(description).not.toMatch(MAY_HAVE);
	});

	it('whose host hangs up during the TLS handshake cannot have acted', async () => {
		const server = createServer((socket) => {
			socket.on('error', () => undefined);
			socket.once('data', () => socket.destroy());
		});
		const { description } = await call(await listening(server, 'https'));
		expect(description).not.toMatch(MAY_HAVE);
	});

	it('whose answer is lost may have acted', async () => {
		const server = createServer((socket) => {
			socket.on('error', () => undefined);
			socket.once('data', () => socket.destroy());
		});
		const { description } = await call(await listening(server, 'http'));
		expect(description).toMatch(MAY_HAVE);
	});

	const page = '<html><title>No</title></html>';
	it.each<[boolean, Scripted]>([
		[false, { status: 400, body: '{"error":"no"}' }],
		[false, { status: 404, body: page }],
		[false, { status: 413, body: page }],
		[false, { status: 429, headers: { 'retry-after': '3600' }, body: page }],
		[false, { status: 302, headers: { location: '/login' } }],
		[false, { status: 200, body: '{"error":"no"}' }],
		[true, { status: 500, body: '{}' }],
		[true, { status: 502, body: page }],
		[true, { status: 200, body: page }],
		[true, { status: 200, body: '{}' }],
		[true, { status: 200 }],
	])('may have acted: %j after %j', async (mayHaveActed, scripted) => {
		const host = new Host();
		await host.start({}, scripted);
		const { description } = await call(host.url);
		await host.stop();
		expect(host.seen).toHaveLength(1);
		expect(MAY_HAVE.test(String(description))).toBe(mayHaveActed);
	});
});
