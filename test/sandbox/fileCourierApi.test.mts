import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Bench, http, REQUEST, upload } from './support.mts';

let bench: Bench;
beforeAll(async () => (bench = await Bench.start()));
afterAll(async () => await bench.stop());

/** Sends a request that no HTTP client would send and returns the response. */
async function raw(request: string): Promise<string> {
	const { hostname, port } = new URL(bench.api);
	const socket = connect(Number(port), hostname);
	socket.end(request);
	return await text(socket);
}

describe('credentials (FileCourier docs, Authentication)', () => {
	const wrong: [string, Record<string, string>][] = [
		['none', {}],
		['another scheme', { authorization: 'Bearer fc_x' }],
		['not base64', { authorization: 'Basic !!!' }],
		['only the ID', { authorization: `Basic ${btoa('fc_x')}` }],
		['a wrong secret', { authorization: `Basic ${btoa('fc_x:fcs_x')}` }],
	];
	test.each(wrong)('responds to %s with 401 and the documented message', async (_what, headers) => {
		for (const [method, path] of [
			['post', ''],
			['get', '/req_1'],
			['delete', '/req_1'],
		]) {
			const response = await http.request({ method, url: bench.api + path, headers });
			expect(response.status).toBe(401);
			expect(response.data).toEqual({ status: false, error: 'Invalid API key' });
		}
	});

	test('rejects the correct secret followed by one more character', async () => {
		const auth = { ...bench.auth, password: `${bench.auth.password}0` };
		expect((await http.get(`${bench.api}/req_1`, { auth })).status).toBe(401);
	});

	test('accepts the scheme in any case', async () => {
		const { username, password } = bench.auth;
		const headers = { authorization: `bAsIc ${btoa(`${username}:${password}`)}` };
		expect((await http.get(`${bench.api}/req_1`, { headers })).status).toBe(404);
	});

	test('have the documented format', () => {
		expect(bench.credentials).toEqual({
			baseUrl: bench.api.replace('/api/ext/sessions', ''),
			clientId: expect.stringMatching(/^fc_[0-9a-f]{32}$/) as string,
			clientSecret: expect.stringMatching(/^fcs_[0-9a-f]{42}$/) as string,
			webhookSecret: expect.stringMatching(/^fcwh_[0-9a-f]+$/) as string,
		});
	});
});

describe('the status of a session', () => {
	test('has the documented fields for both formats of the ID', async () => {
		const { id } = await bench.session({ reference_id: 'CLM-1' });
		for (const form of [id, id.replace('req_', 'sess_')]) {
			const { status, data } = await bench.status(form);
			expect(status).toBe(200);
			expect(data).toEqual({
				status: true,
				data: {
					request_id: id,
					reference_id: 'CLM-1',
					recipient_email: REQUEST.recipient_email,
					status: 'pending',
					created_at: expect.stringMatching(/Z$/) as string,
					expires_at: expect.stringMatching(/Z$/) as string,
					uploaded_at: null,
					delivered_at: null,
					files: [],
				},
			});
		}
	});

	test('lists the files of an uploaded session without a URL', async () => {
		const { id, link } = await bench.session();
		await upload(link, { name: 'a.pdf', bytes: 'abc', type: 'application/pdf' });
		const { data } = await bench.status(id);
		expect(data.data.status).toBe('uploaded');
		expect(data.data.files).toEqual([{ name: 'a.pdf', size: 3, type: 'application/pdf' }]);
	});

	test.each([
		['unknown', 'req_0000'],
		['without a prefix', 'abc'],
		['with a path in it', 'req_..%2f..%2fsecrets'],
		['with a NUL', '%00'],
		['of 500 characters', `req_${'a'.repeat(500)}`],
	])('responds with 404 to an ID %s', async (_what, id) => {
		const { status, data } = await bench.status(id);
		expect(status).toBe(404);
		expect(data).toEqual({ status: false, error: 'Session not found' });
	});

	test('rejects an ID without req_ or sess_', async () => {
		const { id } = await bench.session();
		expect((await bench.status(id.slice(4))).status).toBe(404);
	});
});

describe('cancelling a session', () => {
	const cancel = async (id: string) =>
		await http.delete<unknown>(`${bench.api}/${id}`, { auth: bench.auth });

	test('cancels a pending session and closes its link', async () => {
		const { id, link } = await bench.session();
		const response = await cancel(id.replace('req_', 'sess_'));
		expect(response.status).toBe(200);
		expect(response.data).toEqual({ status: true, message: 'Session cancelled successfully' });
		expect(await bench.state(id)).toBe('cancelled');
		expect((await http.get(link)).status).toBe(410);
	});

	test('responds to a session that is not pending with 409 and its state, and does not change it', async () => {
		const { id, link } = await bench.session();
		await upload(link, { name: 'a', bytes: 'a' });
		const response = await cancel(id);
		expect(response.status).toBe(409);
		expect(response.data).toEqual({
			status: false,
			error: 'Only a pending session can be cancelled; this one is uploaded',
		});
		const { id: twice } = await bench.session();
		await cancel(twice);
		expect((await cancel(twice)).status).toBe(409);
	});

	test('responds to an unknown session with 404', async () => {
		expect((await cancel('sess_0')).status).toBe(404);
	});

	test('accepts a Content-Type without a body', async () => {
		const { id } = await bench.session();
		const headers = { 'content-type': 'application/json' };
		const url = `${bench.api}/${id}`;
		expect((await http.delete(url, { auth: bench.auth, headers })).status).toBe(200);
	});
});

describe('other requests', () => {
	test("respond to an unknown path with 404 in the service's shape", async () => {
		for (const path of ['', '/api/ext', '/api/ext/sessions/a/b', '/api/int/sessions']) {
			const { status, data } = await http.get<unknown>(bench.credentials.baseUrl + path);
			expect(status).toBe(404);
			expect(data).toEqual({ status: false, error: 'Not found' });
		}
	});

	test('respond to a wrong method with 405 and Allow', async () => {
		const list = await http.get<unknown>(bench.api, { auth: bench.auth });
		expect([list.status, list.headers.allow]).toEqual([405, 'POST']);
		expect(list.data).toEqual({ status: false, error: 'Method not allowed' });
		const patch = await http.patch(`${bench.api}/req_1`, {}, { auth: bench.auth });
		expect([patch.status, patch.headers.allow]).toEqual([405, 'GET, DELETE']);
	});

	test.each([
		['not HTTP', 'HELLO\r\n\r\n'],
		['a path with invalid encoding', 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
		['a header with a NUL', 'GET / HTTP/1.1\r\nHost: x\r\nx: \0\r\n\r\n'],
	])("%s: 400 in the service's shape, with the sandbox time", async (_what, request) => {
		const response = await raw(request);
		expect(response).toMatch(/^HTTP\/1.1 400 /);
		expect(response).toMatch(/\r\ndate: [^\r]+ GMT\r\n/i);
		expect(response).toContain('{"status":false,"error":');
	});
});
