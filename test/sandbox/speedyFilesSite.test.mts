import { http } from './support.mts';
import { Instance } from './speedyFilesSupport.mts';

let instance: Instance;
beforeAll(async () => (instance = await Instance.start()));
afterAll(async () => await instance.stop());

describe('the rest of an instance, without a session', () => {
	test.each([
		['/', '/dash'],
		['/dash', '/login'],
		['/dash/packages/new', '/login'],
		['/setup', '/login'],
	])('redirects %s to %s', async (path, to) => {
		const { status, headers } = await http.get(instance.url + path);
		expect([status, headers.location]).toEqual([303, to]);
	});

	test('/login shows where the API is', async () => {
		const { status, data } = await http.get<string>(`${instance.url}/login`);
		expect(status).toBe(200);
		expect(data).toContain('/api/v1');
	});

	test('/healthz responds with ok', async () => {
		const { status, data, headers } = await http.get<string>(`${instance.url}/healthz`);
		expect([status, data, headers['content-type']]).toEqual([
			200,
			'ok',
			expect.stringContaining('text/plain'),
		]);
	});
});
