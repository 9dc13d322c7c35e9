import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ServiceInfo } from '../../sandbox/server.mts';
import { Bench, eventually } from './support.mts';

/** Larger than the buffers between two programs, so that the response arrives while the body is still being sent. */
const BODY = 24 * 2 ** 20;
const CHUNK = Buffer.alloc(2 ** 16, 'x');

let bench: Bench;
/** The sandbox's log. */
const log: string[] = [];
beforeAll(async () => (bench = await Bench.start(undefined, (line) => log.push(line))));
afterAll(async () => await bench.stop());
beforeEach(() => void log.splice(0));
afterEach(async () => {
	expect(log).toEqual([]);
	await bench.control('delete', '/api/faults');
});

const form = { 'content-type': 'multipart/form-data; boundary=b' };
const json = { 'content-type': 'application/json' };
const bytes = { 'content-type': 'application/octet-stream' };
const TAIL = '\r\n--b--\r\n';
const HEAD = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n';

interface Upload {
	origin: string;
	path: string;
	method?: string;
	headers: Record<string, string>;
	/** Bytes before the content. */
	head?: string;
}

/** Sends a body; the client does not read the response before it has sent everything. */
async function send(to: Upload, connection: 'close' | 'keep-alive', chunked = false) {
	const head = Buffer.from(to.head ?? '');
	const length = { 'content-length': String(head.length + BODY + TAIL.length) };
	const outgoing = request(to.origin + to.path, {
		method: to.method ?? 'POST',
		agent: false,
		headers: { ...to.headers, ...(chunked ? {} : length), connection },
	});
	const responded = once(outgoing, 'response') as Promise<[IncomingMessage]>;
	outgoing.write(head);
	for (let sent = 0; sent < BODY; sent += CHUNK.length) {
		// Node.js destroys the request once the response has arrived.
		if (!outgoing.write(CHUNK)) await Promise.race([once(outgoing, 'drain'), responded]);
	}
	outgoing.end(TAIL);
	const [response] = await responded;
	await text(response);
	outgoing.destroy();
	return response.statusCode;
}

type Refusal = [
	what: string,
	status: number,
	upload: (info: Record<string, ServiceInfo>) => Upload,
	settings?: Record<string, object>,
];

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const REFUSALS: Refusal[] = [
	[
		'FileCourier: a session without credentials',
		401,
		({ fileCourier: { origins } }) => ({
			...{ origin: origins.api, path: '/api/ext/sessions', headers: json },
		}),
	],
	[
		'FileCourier: a session that is too large',
		413,
		({ fileCourier: { origins, credentials: c } }) => ({
			...{ origin: origins.api, path: '/api/ext/sessions' },
			headers: { ...json, authorization: `Basic ${btoa(`${c.clientId}:${c.clientSecret}`)}` },
		}),
	],
	[
		'FileCourier: files to an unknown link',
		404,
		({ fileCourier: { origins } }) => ({
			...{ origin: origins.secure, path: '/u/none', headers: form, head: HEAD },
		}),
	],
	[
		'FileShot: a wrong key',
		401,
		({ fileShot: { origins } }) => ({
			...{ origin: origins.api, path: '/api/files/upload', head: HEAD },
			headers: { ...form, ...bearer('wrong') },
		}),
	],
	[
		'FileShot: a tier without the API',
		403,
		({ fileShot: { origins, credentials } }) => ({
			...{ origin: origins.api, path: '/api/files/upload', head: HEAD },
			headers: { ...form, ...bearer(credentials.apiKey) },
		}),
		{ fileShot: { tier: 'free' } },
	],
	[
		'FileShot: more than the maximum of a single upload',
		413,
		({ fileShot: { origins, credentials } }) => ({
			...{ origin: origins.api, path: '/api/files/upload', head: HEAD },
			headers: { ...form, ...bearer(credentials.apiKey) },
		}),
		{ fileShot: { maxUploadBytes: 1000, tier: 'creator' } },
	],
	[
		'FileShot: an unsupported type',
		415,
		({ fileShot: { origins, credentials } }) => ({
			...{ origin: origins.api, path: '/api/files/upload' },
			headers: { 'content-type': 'image/png', ...bearer(credentials.apiKey) },
		}),
	],
	[
		'FileShot: a chunk of an unknown upload',
		404,
		({ fileShot: { origins, credentials } }) => ({
			...{ origin: origins.api, path: '/api/files/upload-chunk/none/0' },
			headers: { ...bytes, ...bearer(credentials.apiKey) },
		}),
	],
	[
		'SpeedyFiles: an unknown token',
		401,
		({ speedyFiles: { origins } }) => ({
			...{ origin: origins.instance, path: '/api/v1/packages/none/files', head: HEAD },
			headers: { ...form, ...bearer('sf_wrong') },
		}),
	],
	[
		'SpeedyFiles: a wrong method',
		405,
		({ speedyFiles: { origins, credentials } }) => ({
			...{ origin: origins.instance, path: '/api/v1/packages/none/files', method: 'PUT' },
			...{ head: HEAD, headers: { ...form, ...bearer(credentials.apiToken) } },
		}),
	],
	[
		'SpeedyFiles: a package that is too large',
		413,
		({ speedyFiles: { origins, credentials } }) => ({
			...{ origin: origins.instance, path: '/api/v1/packages' },
			headers: { ...json, ...bearer(credentials.apiToken) },
		}),
	],
	[
		'Files App: a wrong key',
		401,
		({ filesApp: { origins } }) => ({
			...{ origin: origins.api, path: '/api/v2/upload', head: HEAD },
			headers: { ...form, ...bearer('wrong') },
		}),
	],
	[
		'Files App: a remote host',
		403,
		({ filesApp: { origins, credentials } }) => ({
			...{ origin: origins.api, path: '/api/v2/upload', head: HEAD },
			headers: { ...form, ...bearer(credentials.apiKey), host: 'files-app.com' },
		}),
	],
	[
		'Files App: more than the maximum of a single upload',
		413,
		({ filesApp: { origins, credentials } }) => ({
			...{ origin: origins.api, path: '/api/v2/upload', head: HEAD },
			headers: { ...form, ...bearer(credentials.apiKey) },
		}),
		{ filesApp: { maxUploadBytes: 1000 } },
	],
	[
		'Files App: too many requests',
		429,
		({ filesApp: { origins, credentials } }) => ({
			...{ origin: origins.api, path: '/api/v2/upload', head: HEAD },
			headers: { ...form, ...bearer(credentials.apiKey) },
		}),
		{ filesApp: { requestsPerHour: 1 } },
	],
	[
		'Filestack: no policy',
		403,
		({ filestack: { origins, credentials } }) => ({
			...{ origin: origins.api, path: `/api/store/S3?key=${credentials.apiKey}`, headers: bytes },
		}),
	],
	[
		'Filestack: an unsupported body',
		400,
		({ filestack: { origins, credentials } }) => ({
			...{ origin: origins.api, path: `/api/store/S3?key=${credentials.apiKey}`, headers: form },
			head: HEAD,
		}),
		{ filestack: { security: 'off', uploadBody: 'raw' } },
	],
	[
		'Filestack: a form without a URL',
		400,
		({ filestack: { origins, credentials } }) => ({
			...{ origin: origins.api, path: `/api/store/S3?key=${credentials.apiKey}` },
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
		}),
		{ filestack: { security: 'off', uploadBody: 'formUrl' } },
	],
	[
		'Filestack: the start of an upload that is too large',
		413,
		({ filestack: { origins } }) => ({
			...{ origin: origins.upload, path: '/multipart/start', headers: json },
		}),
	],
	[
		'Filestack: a part with an unsigned URL',
		403,
		({ filestack: { origins } }) => ({
			...{ origin: origins.storage, path: '/bucket/part', method: 'PUT', headers: bytes },
		}),
	],
];

describe('an error response reaches a client that is still sending its body', () => {
	test.each(REFUSALS)('%s: %i', async (_what, status, upload, settings = {}) => {
		for (const [service, patch] of Object.entries(settings)) {
			await bench.control('patch', `/api/services/${service}/settings`, patch);
		}
		const to = upload(bench.sandbox.info.services);
		for (const connection of ['close', 'keep-alive'] as const) {
			expect(await send(to, connection)).toBe(status);
		}
		// Without a Content-Length, the service only knows the size after reading the bytes.
		expect(await send(to, 'close', true)).toBe(status);
	});

	const UPLOADS = REFUSALS.filter(([, status]) => [401, 403].includes(status));
	test.each(UPLOADS)('a fault rule instead of "%s"', async (_what, _status, upload) => {
		const to = upload(bench.sandbox.info.services);
		for (const [service, { origins }] of Object.entries(bench.sandbox.info.services)) {
			if (!Object.values(origins).includes(to.origin)) continue;
			for (const status of [429, 503]) {
				const fault = { type: 'status', status };
				await bench.control('post', '/api/faults', { service, times: 1, fault });
				expect(await send(to, 'close')).toBe(status);
			}
		}
	});
});

test('closes a connection that must be closed after the end of the body', async () => {
	const { hostname, port } = new URL(bench.sandbox.info.services.fileShot.origins.api);
	const socket = connect(Number(port), hostname);
	let read = '';
	let ended = false;
	socket.on('data', (data: Buffer) => (read += data.toString())).on('end', () => (ended = true));
	socket.write(
		'POST /api/files/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n\r\nx',
	);
	// The response arrives before the end of the body, which takes too long.
	await eventually(() => read.includes('Invalid or missing API key') || undefined);
	expect([read.slice(0, 12), ended]).toEqual(['HTTP/1.1 401', false]);
	socket.write('x'.repeat(99));
	await eventually(() => ended || undefined);
	socket.destroy();
});
