import { http } from './support.mts';
import { Instance } from './speedyFilesSupport.mts';

let instance: Instance;
beforeAll(async () => (instance = await Instance.start()));
afterAll(async () => await instance.stop());

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?$/;
const stamp = () => expect.stringMatching(STAMP) as string;

interface Token {
	id: number;
	token: string;
	created_at: string;
	expires_at: string;
	revoked_at: string | null;
	last_used_at: string | null;
}

const me = async (authorization?: string) =>
	await http.get<unknown>(`${instance.url}/api/v1/me`, {
		headers: authorization === undefined ? {} : { authorization },
	});

describe('a token (SpeedyFiles source, app/routes/api.py, require_api_user)', () => {
	test.each([
		['no header', undefined, 'missing bearer token'],
		['another scheme', 'Basic c2ZfeA==', 'missing bearer token'],
		['a bare token', 'sf_x', 'missing bearer token'],
		['nothing after the scheme', 'Bearer ', 'empty bearer token'],
		['an unknown token', 'Bearer sf_x', 'invalid token'],
		['a token followed by another one', 'Bearer sf_x sf_y', 'invalid token'],
	])('%s: 401', async (_what, authorization, detail) => {
		const { status, data, headers } = await me(authorization);
		expect([status, data]).toEqual([401, { detail }]);
		const challenge = detail === 'missing bearer token' ? 'Bearer realm="speedyfiles"' : undefined;
		expect(headers['www-authenticate']).toBe(challenge);
	});

	test('accepts the scheme in any case', async () => {
		expect((await me(`bEARER ${instance.token}`)).status).toBe(200);
	});

	test('revoked: 401 token revoked', async () => {
		const token = await instance.tokenOf(2);
		const { data } = await instance.api<Token[]>('get', '/me/tokens', undefined, token);
		await instance.api('delete', `/me/tokens/${data[0].id}`, undefined, token);
		expect((await me(`Bearer ${token}`)).data).toEqual({ detail: 'token revoked' });
	});

	test('past its expiry: 401 token expired', async () => {
		const token = await instance.tokenOf(2, 3);
		await instance.bench.advance(3 * 86_400 - 60);
		expect((await me(`Bearer ${token}`)).status).toBe(200);
		await instance.bench.advance(61);
		const { status, data } = await me(`Bearer ${token}`);
		expect([status, data]).toEqual([401, { detail: 'token expired' }]);
	});

	test('of a disabled user: 401 account disabled, until enabled again', async () => {
		const token = await instance.tokenOf(2);
		await instance.control('patch', '/users/2', { is_active: false });
		const { status, data } = await me(`Bearer ${token}`);
		expect([status, data]).toEqual([401, { detail: 'account disabled' }]);
		await instance.control('patch', '/users/2', { is_active: true });
		expect((await me(`Bearer ${token}`)).status).toBe(200);
	});

	test('is required by every call except health', async () => {
		for (const [method, path] of [
			['get', '/me'],
			['get', '/me/tokens'],
			['post', '/me/tokens'],
			['delete', '/me/tokens/1'],
			['get', '/packages'],
			['post', '/packages'],
			['get', '/packages/x'],
			['delete', '/packages/x'],
			['post', '/packages/x/files'],
			['post', '/packages/x/finalize'],
			['post', '/packages/x/revoke'],
		]) {
			const { status } = await http.request({ method, url: `${instance.url}/api/v1${path}` });
			expect([method, path, status]).toEqual([method, path, 401]);
		}
		const health = await http.get<unknown>(`${instance.url}/api/v1/health`);
		expect([health.status, health.data]).toEqual([200, { status: 'ok' }]);
	});

	test('has the documented format', () => {
		expect(instance.token).toMatch(/^sf_[A-Za-z0-9_-]{43}$/);
		expect(instance.secret).toMatch(/^whsec_[A-Za-z0-9_-]{43}$/);
	});
});

describe('/me', () => {
	test.each([
		[1, 'admin'],
		[2, 'regular'],
	])('returns user %i and the role %s', async (user, role) => {
		const { data } = await me(`Bearer ${await instance.tokenOf(user)}`);
		const text = expect.any(String) as string;
		expect(data).toEqual({ id: user, email: text, display_name: text, role });
	});
});

describe('/me/tokens', () => {
	test('shows a new token once, and it works', async () => {
		const wanted = { name: ' n8n ', expires_in_days: 30 };
		const { status, data } = await instance.api<Token>('post', '/me/tokens', wanted);
		expect(status).toBe(201);
		expect(Object.keys(data)).toEqual([
			...['id', 'name', 'prefix', 'expires_at'],
			...['last_used_at', 'revoked_at', 'created_at', 'token'],
		]);
		expect(data).toMatchObject({ name: 'n8n', prefix: data.token.slice(0, 11), revoked_at: null });
		expect([data.created_at, data.expires_at]).toEqual([stamp(), stamp()]);
		const days = (Date.parse(data.expires_at) - Date.parse(data.created_at)) / 86_400_000;
		expect(days).toBeCloseTo(30, 5);
		expect((await me(`Bearer ${data.token}`)).status).toBe(200);
		const list = await instance.api('get', '/me/tokens');
		expect(JSON.stringify(list.data)).not.toContain(data.token);
	});

	test("lists the user's own tokens, newest first, including revoked ones", async () => {
		const token = await instance.tokenOf(2);
		const { data: made } = await instance.api<Token>('post', '/me/tokens', { name: 'a' }, token);
		await instance.api('delete', `/me/tokens/${made.id}`, undefined, token);
		const { data } = await instance.api<Token[]>('get', '/me/tokens', undefined, token);
		expect(data[0]).toMatchObject({ id: made.id, revoked_at: stamp(), last_used_at: null });
		expect(data[1].last_used_at).toEqual(stamp());
		const times = data.map(({ created_at }) => created_at);
		expect(times).toEqual([...times].sort().reverse());
		const { data: others } = await instance.api<Token[]>('get', '/me/tokens');
		const ids = new Set(others.map(({ id }) => id));
		expect(data.some(({ id }) => ids.has(id))).toBe(false);
	});

	test('revoking: 204 without a body, again for a revoked token', async () => {
		const { data } = await instance.api<Token>('post', '/me/tokens', { name: 'a' });
		for (let time = 0; time < 2; time += 1) {
			const response = await instance.api('delete', `/me/tokens/${data.id}`);
			expect([response.status, response.data]).toEqual([204, '']);
		}
	});

	test("revoking an unknown token or another user's: 404", async () => {
		const { data } = await instance.api<Token>('post', '/me/tokens', { name: 'a' });
		const regular = await instance.tokenOf(2);
		for (const [id, token] of [
			['999999', instance.token],
			[String(data.id), regular],
		]) {
			const response = await instance.api('delete', `/me/tokens/${id}`, undefined, token);
			expect([response.status, response.data]).toEqual([404, { detail: 'Not Found' }]);
		}
	});

	test.each([
		['abc', 'int_parsing', 'Input should be a valid integer, unable to parse string as an integer'],
		['1.5', 'int_parsing', 'Input should be a valid integer, unable to parse string as an integer'],
		['0', 'greater_than_equal', 'Input should be greater than or equal to 1'],
		['-3', 'greater_than_equal', 'Input should be greater than or equal to 1'],
	])('revoking "%s": 422', async (id, type, msg) => {
		const { status, data } = await instance.api('delete', `/me/tokens/${id}`);
		expect(status).toBe(422);
		const fault = { type, loc: ['path', 'token_id'], msg, input: id };
		expect(data).toMatchObject({ detail: [fault] });
	});

	test.each([
		[{}, ['name']],
		[{ name: '' }, ['name']],
		[{ name: 'n'.repeat(129) }, ['name']],
		[{ name: 'n', expires_in_days: 0 }, ['expires_in_days']],
		[{ name: 5, expires_in_days: 3651 }, ['name', 'expires_in_days']],
	])('creating with %j: 422', async (wanted, fields) => {
		type Answer = { detail: { loc: string[] }[] };
		const { status, data } = await instance.api<Answer>('post', '/me/tokens', wanted);
		expect(status).toBe(422);
		expect(data.detail.map(({ loc }) => loc)).toEqual(fields.map((field) => ['body', field]));
	});
});
