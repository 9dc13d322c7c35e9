import type { RequestEntry } from '../../sandbox/core/requestLog.mts';
import { conforming, objections } from './openApiSupport.mts';
import { Bench, REQUEST, upload } from './support.mts';

let bench: Bench;
beforeAll(async () => (bench = await Bench.start()));
afterAll(async () => await bench.stop());

const openapi = () => bench.sandbox.documents('fileCourier').api;
const against = (body: object) => objections(openapi(), '/sessions', 'post', { body });

test('every response conforms to the document', async () => {
	const { auth, api } = bench;
	const http = conforming(openapi, api);
	const statuses: number[] = [];
	const call = async (method: string, path = '', data?: unknown, headers = {}) => {
		const response = await http.request<{ data: { request_id: string; upload_url: string } }>({
			...{ method, url: api + path, data, headers },
			...(Object.keys(headers).length === 0 && { auth }),
		});
		statuses.push(response.status);
		return response.data.data;
	};
	const made = await call('post', '', REQUEST);
	await call('get', `/${made.request_id}`);
	await upload(made.upload_url, { name: 'a.txt', bytes: 'abc' });
	await call('get', `/${made.request_id}`);
	await call('delete', `/${made.request_id}`);
	const other = await call('post', '', { ...REQUEST, reference_id: 'R-1' });
	await call('delete', `/${other.request_id}`);
	await call('get', `/${other.request_id}`);
	await call('get', '/req_unknown');
	await call('post', '', {});
	await call('post', '', 'x'.repeat(2 * 2 ** 20), { authorization: 'Basic x' });
	expect(statuses).toEqual([201, 200, 200, 409, 201, 200, 200, 404, 400, 401]);
});

test('the requests in the docs’ table and examples conform to the document', () => {
	expect(against(REQUEST)).toBeUndefined();
	const recipient = { email: 'customer@example.com', name: 'Chris Customer' };
	const example = { recipient, documents: ['Passport'], message: 'Please.', expires_in_days: 3 };
	expect(against({ ...example, webhook_url: 'https://example.com/hook' })).toBeUndefined();
});

test.each([
	{},
	{ ...REQUEST, recipient_email: undefined },
	{ ...REQUEST, recipient_email: 'not-an-address' },
	{ ...REQUEST, documents: 'Passport' },
	{ ...REQUEST, callback_url: 'ftp://example.com' },
	{ ...REQUEST, expires_in_days: 0 },
])('%j does not conform, and the service rejects it', async (body) => {
	expect(against(body)).toMatchObject({ status: 400 });
	expect((await bench.create(body)).status).toBe(400);
});

test('the request log contains requests as described by the document', async () => {
	await bench.control('delete', '/api/requests');
	await bench.create(REQUEST);
	const { data } = await bench.control<RequestEntry[]>('get', '/api/requests');
	expect(against(data[0].body as object)).toBeUndefined();
});
