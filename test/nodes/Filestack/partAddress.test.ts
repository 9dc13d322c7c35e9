/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { itemWith } from '../../support/binary';
import { binaryData, errorOf } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { filestack, Recorder } from '../../support/filestack';

/** How the storage handles a part; set by each test. */
let handlePart: RequestListener;
const storage = createServer((request, response) => handlePart(request, response));
let url: string;
const recorder = new Recorder();

beforeAll(async () => {
	await binaryData();
	await recorder.start();
	storage.unref();
	await new Promise<void>((done) => storage.listen(0, '127.0.0.1', done));
	url = `http://127.0.0.1:${(storage.address() as AddressInfo).port}`;
	recorder.answer = ({ path }) => {
		const location_url = new URL(recorder.url).host;
		if (path === '/multipart/start') {
			return { body: { uri: '/b/k', region: 'eu', upload_id: 'U1', location_url } };
		}
		return { body: { url: `${url}/part?sign=1`, headers: {} } };
	};
});
afterAll(async () => {
	storage.closeAllConnections();
	storage.close();
	await recorder.stop();
});

const store = async () => {
	const options = { workflowIds: 'w', stallSeconds: 1, giveUpMinutes: 0 };
	const input = [await itemWith({ data: { name: 'a.txt', bytes: Buffer.from('hello') } })];
	return await filestack(recorder.credentials(), 'file', 'store', { options }, { input });
};

it('cancels a part that stalls at the storage on every attempt, and closes its connections', async () => {
	let isClosed = false;
	handlePart = (request) => void request.socket.on('close', () => (isClosed = true));
	const error = errorOf(await store());
	expect(error.message).toMatch(
		/^Filestack’s object storage: No data was transferred for [12] seconds$/,
	);
	expect(error.description).toContain('0 of 1 parts were uploaded');
	await eventually(() => isClosed);
});

it('does not follow a redirect of a part, because its URL is only signed for the original location', async () => {
	const seen: Array<string | undefined> = [];
	handlePart = (request, response) => {
		seen.push(request.url);
		const headers = { location: '/elsewhere', etag: '"e1"' };
		response.writeHead(request.url === '/elsewhere' ? 200 : 307, headers).end();
	};
	expect(errorOf(await store()).message).toBe('Filestack’s object storage responded with 307');
	expect(seen).toEqual(['/part?sign=1']);
});
