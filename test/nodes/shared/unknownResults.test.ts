/** An error warns that the service may have acted if, and only if, that is possible. */
import { cert, key } from '../../support/certificate';
import { errorOf, runNode } from '../../support/engine';
import { fileCourierNode, REQUEST } from '../../support/fileCourier';
import { filesAppNode } from '../../support/filesApp';
import { type TestResponse, TestServer } from '../../support/testServer';
import { byId } from '../../support/locators';
import type { Sandbox } from '../../support/sandbox';

const WARNING = /\banyway\b/;

/** Stopped at the end, because a connection that is still open would keep the run alive. */
const servers: TestServer[] = [];
const start = async (server: TestServer) => {
	servers.push(server);
	return await server.start();
};
afterAll(async () => {
	for (const server of servers) await server.stop();
});

/** A server that closes each connection with the first data. */
const closing = () =>
	new TestServer().accept((socket) => void socket.once('data', () => socket.destroy()));

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

describe.each(Object.entries(calls))('the error of %s', (_, call) => {
	it('has no warning if nothing listens at the address', async () => {
		expect((await call('http://127.0.0.1:9')).description).not.toMatch(WARNING);
	});

	it('has no warning if the host name is unknown', async () => {
		const { description } = await call('http://no-such-host.invalid');
		expect(description).toMatch(/host name could not be found|DNS server did not respond/);
		expect(description).not.toMatch(WARNING);
	});

	it('has no warning if the certificate is not trusted, and nothing is sent', async () => {
		const server = await start(new TestServer({ tls: { key, cert } }));
		const { description, message } = await call(server.url);
		expect(message).toContain('could not be reached');
		expect(description).toContain('certificate of the host is self-signed');
		expect(description).not.toMatch(WARNING);
		expect(server.requests).toEqual([]);
	});

	it('has no warning if the port does not speak TLS', async () => {
		const { url } = await start(
			new TestServer().accept((socket) => {
				socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
			}),
		);
		const { description } = await call(url.replace('http:', 'https:'));
		expect(description).toContain('TLS connection to the host failed');
		expect(description).not.toMatch(WARNING);
	});

	it('has no warning if the host closes the connection during the TLS handshake', async () => {
		const { url } = await start(closing());
		const { description } = await call(url.replace('http:', 'https:'));
		expect(description).not.toMatch(WARNING);
	});

	it('has a warning if the response is lost', async () => {
		const { url } = await start(closing());
		const { description } = await call(url);
		expect(description).toMatch(WARNING);
	});

	const page = '<html><title>No</title></html>';
	it.each<[boolean, TestResponse]>([
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
	])('has a warning (%j) after the response %j', async (mayHaveActed, scripted) => {
		const host = await new TestServer().respond(scripted).start();
		const { description } = await call(host.url);
		await host.stop();
		expect(host.requests).toHaveLength(1);
		expect(WARNING.test(String(description))).toBe(mayHaveActed);
	});
});
