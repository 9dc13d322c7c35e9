import { objections } from './openApiSupport.mts';
import { http } from './support.mts';
import { formOf, Instance, NEW_PACKAGE, type PackageAnswer } from './speedyFilesSupport.mts';

interface Specification {
	openapi: string;
	info: { title: string; version: string };
	paths: Record<string, object>;
}

let instance: Instance;
let specification: Specification;
beforeAll(async () => {
	instance = await Instance.start();
	const { data } = await http.get<Specification>(`${instance.url}/api/v1/openapi.json`);
	specification = data;
});
afterAll(async () => await instance.stop());

test("the document has the real one's title, version and paths", () => {
	const { info, paths } = specification;
	expect([specification.openapi, info.title, info.version]).toEqual([
		'3.1.0',
		'SpeedyFiles API',
		'v1',
	]);
	const operations = Object.entries(paths).flatMap(([path, methods]) =>
		Object.keys(methods).map((method) => `${method} ${path}`),
	);
	expect(operations).toEqual([
		'get /health',
		'get /me',
		'get /me/tokens',
		'post /me/tokens',
		'delete /me/tokens/{token_id}',
		'get /packages',
		'post /packages',
		'get /packages/{pkg_id}',
		'delete /packages/{pkg_id}',
		'post /packages/{pkg_id}/files',
		'post /packages/{pkg_id}/finalize',
		'post /packages/{pkg_id}/revoke',
	]);
});

test('every response conforms to it', async () => {
	const regular = await instance.tokenOf(2);
	const file = () => formOf({ name: 'a.txt', bytes: 'a', type: 'text/plain' });
	const draft = await instance.create();
	const full = await instance.create({ note: 'with a note' });
	const inbound = await instance.create({ direction: 'inbound' });
	const token = await instance.api<{ id: number }>('post', '/me/tokens', { name: 'a' });
	const calls: [status: number, method: string, path: string, body?: unknown, token?: string][] = [
		[200, 'get', '/health'],
		[200, 'get', '/me'],
		[401, 'get', '/me', undefined, 'x'],
		[200, 'get', '/me/tokens'],
		[401, 'get', '/me/tokens', undefined, 'x'],
		[201, 'post', '/me/tokens', { name: 'a' }],
		[201, 'post', '/me/tokens', { name: 'a', expires_in_days: 1 }],
		[401, 'post', '/me/tokens', { name: 'a' }, 'x'],
		[422, 'post', '/me/tokens', {}],
		[204, 'delete', `/me/tokens/${token.data.id}`],
		[404, 'delete', '/me/tokens/999'],
		[422, 'delete', '/me/tokens/x'],
		[201, 'post', '/packages', NEW_PACKAGE],
		[401, 'post', '/packages', NEW_PACKAGE, 'x'],
		[422, 'post', '/packages', { ...NEW_PACKAGE, ttl_days: 0, recipient_email: 'nope' }],
		[422, 'post', '/packages', undefined],
		[201, 'post', `/packages/${full.id}/files`, file()],
		[400, 'post', `/packages/${inbound.id}/files`, file()],
		[401, 'post', `/packages/${full.id}/files`, file(), 'x'],
		[403, 'post', `/packages/${full.id}/files`, file(), regular],
		[404, 'post', '/packages/x/files', file()],
		[400, 'post', `/packages/${full.id}/files`, new FormData()],
		[422, 'post', `/packages/${full.id}/files`, {}],
		[200, 'get', '/packages'],
		[401, 'get', '/packages', undefined, 'x'],
		[422, 'get', '/packages?limit=0'],
		[200, 'get', `/packages/${full.id}`],
		[401, 'get', `/packages/${full.id}`, undefined, 'x'],
		[403, 'get', `/packages/${full.id}`, undefined, regular],
		[404, 'get', '/packages/x'],
		[200, 'post', `/packages/${full.id}/finalize`],
		[200, 'post', `/packages/${full.id}/finalize`],
		[400, 'post', `/packages/${draft.id}/finalize`],
		[401, 'post', `/packages/${full.id}/finalize`, undefined, 'x'],
		[403, 'post', `/packages/${full.id}/finalize`, undefined, regular],
		[404, 'post', '/packages/x/finalize'],
		[200, 'post', `/packages/${full.id}/revoke`],
		[401, 'post', `/packages/${full.id}/revoke`, undefined, 'x'],
		[403, 'post', `/packages/${full.id}/revoke`, undefined, regular],
		[404, 'post', '/packages/x/revoke'],
		[403, 'delete', `/packages/${full.id}`, undefined, regular],
		[401, 'delete', `/packages/${full.id}`, undefined, 'x'],
		[404, 'delete', '/packages/x'],
		[204, 'delete', `/packages/${full.id}`],
	];
	for (const [status, method, path, body, asked] of calls) {
		// The client checks the response against the document.
		const response = await instance.api(method, path, body, asked);
		expect([method, path, response.status]).toEqual([method, path, status]);
	}
});

test('a response that does not conform is detected', async () => {
	const response = await instance.api<PackageAnswer>('post', '/packages', NEW_PACKAGE);
	expect(response).toSatisfyApiSpec();
	expect({ ...response, data: { ...response.data, files: null } }).not.toSatisfyApiSpec();
	expect({ ...response, data: { ...response.data, more: 1 } }).not.toSatisfyApiSpec();
	expect({ ...response, status: 202 }).not.toSatisfyApiSpec();
});

test.each([
	['/packages', { ...NEW_PACKAGE, direction: 'outbound', ttl_days: 14 }, true],
	['/packages', { ...NEW_PACKAGE, note: null }, true],
	['/packages', { ...NEW_PACKAGE, ttl_days: 91 }, false],
	['/packages', { title: 'x' }, false],
	['/me/tokens', { name: 'n8n' }, true],
	['/me/tokens', { name: '' }, false],
])('the request to %s with %j conforms to it: %s', (path, body, fits) => {
	const wrong = objections(instance.openapi, path, 'post', { body });
	expect(wrong === undefined).toBe(fits);
});

test('two pages display it', async () => {
	for (const path of ['/docs', '/redoc']) {
		const { status, headers } = await http.get(`${instance.url}/api/v1${path}`);
		expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
	}
	const { data } = await http.get<string>(`${instance.url}/api/v1/redoc`);
	expect(data).toContain('/api/v1/packages/{pkg_id}/finalize');
	const json = await http.get<Specification>(`${instance.url}/api/v1/docs/json`);
	expect(Object.keys(json.data.paths)).toEqual(Object.keys(specification.paths));
	const script = await http.get(`${instance.url}/api/v1/docs/static/swagger-ui-bundle.js`);
	expect(script.status).toBe(200);
});
