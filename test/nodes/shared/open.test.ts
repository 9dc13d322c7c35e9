/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { openUrl, type TransferContext } from '../../../nodes/shared/transfer/open';
import { binaryData, bytesOf, errorOf, outputOf, runNode } from '../../support/engine';
import { fileCourierNode } from '../../support/fileCourier';
import type { Sandbox } from '../../support/sandbox';

/** A host that sends one file, and redirects on the way to it. */
class Host {
	readonly seen: IncomingHttpHeaders[] = [];
	url = '';
	private server!: Server;

	async start(routes: Record<string, string>) {
		this.server = createServer(({ url = '', headers }, response) => {
			this.seen.push(headers);
			const location = routes[url];
			if (location) response.writeHead(302, { location }).end('moved');
			else response.writeHead(200, { 'content-type': 'text/plain' }).end('the file');
		});
		await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop() {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}
}

const [first, second] = [new Host(), new Host()];
beforeAll(async () => {
	await binaryData();
	await second.start({});
	await first.start({
		'/elsewhere': `${second.url}/file`,
		'/relative': '/file',
		'/circle': '/circle2',
		'/circle2': '/circle',
		'/scheme': 'file:///etc/passwd',
		'/1': '/2',
		'/2': '/3',
		'/3': '/4',
		'/4': '/5',
		'/5': '/6',
		'/6': '/7',
		'/7': '/file',
	});
});
afterAll(async () => await Promise.all([first.stop(), second.stop()]));

const download = async (path: string) => {
	const credentials = { clientId: 'fc_x', clientSecret: 'fcs_y', baseUrl: first.url };
	const nowhere = { info: { services: { fileCourier: { credentials } } } } as unknown as Sandbox;
	return await runNode(
		fileCourierNode(nowhere, {
			resource: 'file',
			operation: 'download',
			url: `${first.url}${path}`,
			binaryPropertyName: 'data',
		}),
	);
};

it.each(['/elsewhere', '/relative'])('a redirect is followed: %s', async (path) => {
	const [{ binary }] = outputOf(await download(path));
	expect(String(await bytesOf(binary!.data))).toBe('the file');
	expect([...first.seen, ...second.seen].filter(({ authorization }) => authorization)).toEqual([]);
});

it.each([
	['/circle', 'The download is redirected in a circle'],
	['/1', 'The download is redirected in a circle'],
	['/scheme', 'The download is redirected to something that is no web address'],
])('a redirect is not followed: %s', async (path, message) => {
	expect(errorOf(await download(path)).message).toBe(message);
});

it('a redirect from https to http is not followed', async () => {
	const answer = { statusCode: 301, headers: { location: 'http://example.com/file' } };
	const context = {
		getNode: () => ({ name: 'Subject' }),
		// A TLS server would need a certificate; only its answer matters here.
		helpers: { httpRequest: () => Promise.resolve({ ...answer, body: { destroy: () => {} } }) },
	} as unknown as TransferContext;
	const { signal } = new AbortController();
	await expect(openUrl(context, 'https://example.com/file', signal)).rejects.toThrow('unencrypted');
});
