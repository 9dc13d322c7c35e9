/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedDelivery {
	headers: IncomingHttpHeaders;
	body: string;
}

/** A server that receives deliveries and responds with 200, to see the requests of a service. */
export async function startReceiver() {
	const received: ReceivedDelivery[] = [];
	let waiting: (() => void) | undefined;
	const server = createServer((request, response) => {
		void text(request).then((body) => {
			received.push({ headers: request.headers, body });
			response.end('{}');
			waiting?.();
		});
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const nextDelivery = async (): Promise<ReceivedDelivery> => {
		if (received.length === 0) await new Promise<void>((done) => (waiting = done));
		return received.shift()!;
	};
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
		nextDelivery,
		/** The body of the next delivery. */
		next: async () => (await nextDelivery()).body,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((done) => server.close(done));
		},
	};
}
