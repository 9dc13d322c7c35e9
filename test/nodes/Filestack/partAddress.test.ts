/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { itemWith } from '../../support/binary';
import { binaryData, errorOf } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { filestack, Recorder } from '../../support/filestack';

/** What the storage does with a part; set by each test. */
let take: RequestListener;
const storage = createServer((request, response) => take(request, response));
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
	const options = { workflowIds: 'w', stallSeconds: 1 };
	const input = [await itemWith({ data: { name: 'a.txt', bytes: Buffer.from('hello') } })];
	return await filestack(recorder.credentials(), 'file', 'store', { options }, { input });
};

it('a part that stands still at the storage is given up, and leaves no connection behind', async () => {
	let gone = false;
	take = (request) => void request.socket.on('close', () => (gone = true));
	const error = errorOf(await store());
	expect(error.message).toMatch(
		/^The storage behind Filestack: No data was transferred for [12] seconds$/,
	);
	expect(error.description).toContain('0 of 1 parts were uploaded');
	await eventually(() => gone);
});

it('a part that is redirected goes nowhere else: its address is signed for one place', async () => {
	const seen: Array<string | undefined> = [];
	take = (request, response) => {
		seen.push(request.url);
		const headers = { location: '/elsewhere', etag: '"e1"' };
		response.writeHead(request.url === '/elsewhere' ? 200 : 307, headers).end();
	};
	expect(errorOf(await store()).message).toBe('The storage behind Filestack answered 307');
	expect(seen).toEqual(['/part?sign=1']);
});
