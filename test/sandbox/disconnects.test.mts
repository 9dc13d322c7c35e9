import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestEntry } from '../../sandbox/core/requestLog.mts';
import { Bench, eventually, http, REQUEST } from './support.mts';
import { signed } from './filestackSupport.mts';

const HEAD = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n';
const form = { 'content-type': 'multipart/form-data; boundary=b' };

let bench: Bench;
const log: string[] = [];
beforeAll(async () => (bench = await Bench.start(undefined, (line) => log.push(line))));
afterAll(async () => await bench.stop());
beforeEach(() => void log.splice(0));

interface Upload {
	service: string;
	url: string;
	headers: Record<string, string>;
}

/** An upload to each of the services. */
const UPLOADS: [string, () => Promise<Upload>][] = [
	[
		'FileCourier',
		async () => ({ service: 'fileCourier', url: (await bench.session()).link, headers: form }),
	],
	[
		'FileShot',
		() => {
			const { origins, credentials } = bench.sandbox.info.services.fileShot;
			const headers = { ...form, authorization: `Bearer ${credentials.apiKey}` };
			const url = `${origins.api}/api/files/upload`;
			return Promise.resolve({ service: 'fileShot', url, headers });
		},
	],
	[
		'FileShot, a chunk',
		async () => {
			const { origins, credentials } = bench.sandbox.info.services.fileShot;
			const headers = { authorization: `Bearer ${credentials.apiKey}` };
			const api = `${origins.api}/api/files`;
			const { data } = await http.post<{ fileId: string }>(`${api}/init-upload`, {}, { headers });
			const url = `${api}/upload-chunk/${data.fileId}/0`;
			const type = { 'content-type': 'application/octet-stream' };
			return { service: 'fileShot', url, headers: { ...headers, ...type } };
		},
	],
	[
		'SpeedyFiles',
		async () => {
			const { origins, credentials } = bench.sandbox.info.services.speedyFiles;
			const headers = { authorization: `Bearer ${credentials.apiToken}` };
			const packages = `${origins.instance}/api/v1/packages`;
			const wanted = { title: 'x', recipient_email: 'a@acme.com', recipient_name: 'A' };
			const { data } = await http.post<{ id: string }>(packages, wanted, { headers });
			const url = `${packages}/${data.id}/files`;
			return { service: 'speedyFiles', url, headers: { ...headers, ...form } };
		},
	],
	[
		'Files App',
		() => {
			const { origins, credentials } = bench.sandbox.info.services.filesApp;
			const headers = { ...form, authorization: `Bearer ${credentials.apiKey}` };
			return Promise.resolve({
				service: 'filesApp',
				url: `${origins.api}/api/v2/upload`,
				headers,
			});
		},
	],
	[
		'Filestack',
		() => {
			const { origins, credentials } = bench.sandbox.info.services.filestack;
			const expiry = Math.floor(Date.now() / 1000) + 600;
			const proof = signed(JSON.stringify({ expiry }), credentials.appSecret);
			const query = new URLSearchParams({ ...proof, key: credentials.apiKey }).toString();
			const headers = { 'content-type': 'application/octet-stream' };
			const url = `${origins.api}/api/store/S3?${query}`;
			return Promise.resolve({ service: 'filestack', url, headers });
		},
	],
];

test.each(UPLOADS)(
	'%s: an upload aborted by its client only leaves a line in the log',
	async (_what, prepare) => {
		const { service, url, headers } = await prepare();
		await bench.control('delete', '/api/requests');
		const length = { 'content-length': '10000000' };
		const outgoing = request(url, { method: 'POST', headers: { ...headers, ...length } });
		outgoing.on('error', () => undefined).write(HEAD + 'x'.repeat(100_000));
		const folder = join(bench.folder, 'services', service, 'files');
		const drafts = async () => (await readdir(folder)).filter((name) => name.endsWith('.part'));
		await eventually(async () => ((await drafts()).length > 0 ? true : undefined));
		outgoing.destroy();
		await eventually(async () => ((await drafts()).length === 0 ? true : undefined));
		// It is still there in a later request.
		const { data } = await bench.control<RequestEntry[]>('get', '/api/requests');
		expect(data.map(({ method }) => method)).toEqual(['POST']);
		for (const line of log) expect(line).toMatch(/^\w[\w ]*: the client hung up \(POST \/\S+\)$/);
	},
);

test('a download aborted by its client logs nothing', async () => {
	const { fileShot } = bench.sandbox.info.services;
	const headers = { authorization: `Bearer ${fileShot.credentials.apiKey}` };
	const file = new FormData();
	file.append('file', new Blob(['x'.repeat(20_000_000)]), 'a.bin');
	const api = `${fileShot.origins.api}/api/files`;
	const { data } = await http.post<{ fileId: string }>(`${api}/upload`, file, { headers });
	const { headers: responseHeaders } = await http.get(`${api}/download/${data.fileId}`);
	const asked = request(String(responseHeaders.location)).end();
	const [response] = (await once(asked, 'response')) as [IncomingMessage];
	await once(response, 'data');
	response.destroy();
	expect((await bench.create(REQUEST)).status).toBe(201);
	expect(log).toEqual([]);
});
