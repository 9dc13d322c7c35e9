import { errorOf, outputOf, runNode } from '../../support/engine';
import { expectWrongSecret } from '../../support/errors';
import { TestServer } from '../../support/testServer';
import { useSandbox } from '../../support/useSandbox';
import { byId } from '../../support/locators';
import { emptyItems, PACKAGE, speedyFilesNode, SpeedyFilesUser } from '../../support/speedyFiles';

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);

const get = (id: unknown = 'unknown', more: object = {}) =>
	user.run('package.get', { packageId: byId(id) }, more);

describe('reports what to do for every documented status', () => {
	it.each([
		[400, 'status does not allow this'],
		[401, 'Check the API Token'],
		[403, 'belongs to another user'],
		[404, 'Check the ID'],
		[405, '/api/v1/docs'],
		[409, 'conflicts'],
		[413, 'client_max_body_size'],
		[422, 'Correct the fields'],
		[500, 'temporarily unavailable'],
	])('%i', async (status, advice) => {
		await user.fault({ type: 'status', status });
		const error = errorOf(await get());
		expect(error.message).toMatch(new RegExp(`^SpeedyFiles responded with ${status}`));
		expect(error.httpCode).toBe(String(status));
		expect(error.description).toContain(advice);
	});
});

it.each([
	['sf_wrong', 'invalid token'],
	['sf_wrong-and-secret', 'invalid token'],
])('does not expose a rejected token: %s', async (apiToken, reason) => {
	const message = `SpeedyFiles responded with 401: ${reason}`;
	const run = await get('x', { credentials: { apiToken } });
	await expectWrongSecret(run, apiToken, { sandbox, message });
});

it('reports a disabled user', async () => {
	const { data } = await sandbox.control.post<{ token: string }>(
		'/services/speedyFiles/users/2/tokens',
		{ name: 'regular' },
	);
	await sandbox.control.patch('/services/speedyFiles/users/2', { is_active: false });
	const error = errorOf(await get('x', { credentials: { apiToken: data.token } }));
	await sandbox.control.patch('/services/speedyFiles/users/2', { is_active: true });
	expect(error.message).toBe('SpeedyFiles responded with 401: account disabled');
	expect(error.description).toContain('its user may have been deleted');
});

it('reports an instance that is not set up yet', async () => {
	await user.set({ instance: 'notSetUp' });
	const error = errorOf(await get());
	await user.set({ instance: 'ready' });
	expect(error.message).toMatch(/does not look like SpeedyFiles: it returned a redirect \(303\)$/);
	expect(error.description).toContain('may not be set up yet');
	expect(await user.calls()).toEqual(['GET /packages/unknown 303']);
});

it.each([
	['{"hello":"world"}', 'package.get', 'SpeedyFiles responded without a package with an ID'],
	['[]', 'package.getAll', 'SpeedyFiles responded without a list of packages'],
	['{"total":"x"}', 'package.getAll', 'SpeedyFiles responded without a list of packages'],
	['{}', 'token.getAll', 'SpeedyFiles responded without a list of tokens'],
	['[]', 'account.get', 'SpeedyFiles responded without an account with an ID'],
	['<html></html>', 'package.get', 'does not look like SpeedyFiles: it returned a web page (200)'],
	['', 'package.get', 'SpeedyFiles responded without a package with an ID'],
])('reports another server that responds with %j to %s', async (body, chosen, seen) => {
	const host = await new TestServer().respond({ body }).start();
	const [resource, operation] = chosen.split('.');
	const credentials = { baseUrl: host.url, apiToken: 'sf_x' };
	const parameters = { resource, operation, packageId: byId('x') };
	const error = errorOf(await runNode(speedyFilesNode(credentials, parameters)));
	await host.stop();
	expect(error.message).toContain(seen);
	expect(error.description).toContain('Instance URL');
});

it('reports a proxy that rejects a large file', async () => {
	await user.fault({ type: 'html', status: 413 });
	expect(errorOf(await get()).description).toContain('client_max_body_size');
});

it.each(['', 'files.example.com', 'ftp://files.example.com'])(
	'reports the required format for the Instance URL %j',
	async (baseUrl) => {
		const error = errorOf(await get('x', { credentials: { baseUrl } }));
		expect(error.message).toMatch(
			/^The Instance URL in the SpeedyFiles credential (is empty|must start with https:\/\/)/,
		);
	},
);

it.each(['/', '/api/v1', '//api/v1//'.slice(1)])('the Instance URL may end in %j', async (end) => {
	const credentials = { baseUrl: user.credentials.baseUrl + end };
	expect(await user.json('instance.health', {}, { credentials })).toMatchObject({ healthy: true });
	expect(await user.calls()).toEqual(['GET /health 200']);
});

it('retries if the service is briefly unreachable', async () => {
	await user.fault({ type: 'status', status: 503 }, { times: 1 });
	expect(await user.json('account.get')).toMatchObject({ userId: 1 });
	expect(await user.calls()).toEqual(['GET /me 503', 'GET /me 200']);
});

describe('malicious values', () => {
	const hostile = [
		'%2e%2e%2fme',
		'x%2Ffiles',
		'a\r\nX-Evil: 1',
		'a\u0000b',
		'🎉',
		'"quoted" \'single\'',
		'x'.repeat(300),
		'?limit=1#x',
	];

	it.each(hostile)('the ID %j stays one path segment', async (id) => {
		expect(errorOf(await get(id)).httpCode).toMatch(/^4\d\d$/);
		const [{ path }, ...more] = await sandbox.requests();
		expect(path.split('/')).toHaveLength('/api/v1/packages/x'.split('/').length);
		expect(path).toMatch(/^\/api\/v1\/packages\/./);
		expect(more).toEqual([]);
	});

	it.each(['', ' ', '.', '..', '\ud800', '../../me', 'a/../../../me'])(
		'the ID %j is rejected',
		async (id) => {
			// As an expression, because n8n itself checks the value of a fixed field.
			const error = errorOf(await get(`={{ ${JSON.stringify(id)} }}`));
			expect(error.message).toMatch(/^The Package is (empty|not valid)$/);
			expect(await user.calls()).toEqual([]);
		},
	);

	it.each([
		'https://evil.example/packages/../../me',
		'https://evil.example/',
		'javascript:alert(1)',
		'pQ3v0kJ8Yk2mB1tZr7wXcA',
	])('the URL %j is rejected', async (value) => {
		const packageId = { __rl: true, mode: 'url', value: `={{ ${JSON.stringify(value)} }}` };
		const error = errorOf(await user.run('package.get', { packageId }));
		expect(error.message).toBe('The Package is not a valid package URL');
		expect(await user.calls()).toEqual([]);
	});

	it.each(hostile.filter((text) => text.length < 256))(
		'the title %j arrives unchanged',
		async (title) => {
			const json = await user.json('package.create', { ...PACKAGE, title });
			expect(json.title).toBe(title);
			const options = { note: title };
			const { packageId } = await user.json('package.create', { ...PACKAGE, options });
			expect((await user.look(String(packageId))).note).toBe(title);
		},
	);

	it.each(hostile)('the file name %j is harmless and arrives', async (name) => {
		const id = await user.create();
		outputOf(await user.upload(id, { data: { name, bytes: Buffer.from('x') } }));
		const [file] = (await user.look(id)).files as Array<{ original_name: string }>;
		expect(file.original_name).not.toMatch(/[/\\\r\n\0]/);
		expect(file.original_name.length).toBeGreaterThan(0);
		expect((await sandbox.requests()).map(({ path }) => path)).toContain(
			`/api/v1/packages/${id}/files`,
		);
	});
});

it('runs a few of many items at the same time, and returns each result in order', async () => {
	const ids = await Promise.all([
		user.create({ title: 'first' }),
		user.create({ title: 'second' }),
	]);
	const input = emptyItems(7);
	const run = await user.run(
		'package.get',
		{
			packageId: byId(
				`={{ $json.index === 3 ? "unknown" : $json.index % 2 ? "${ids[1]}" : "${ids[0]}" }}`,
			),
			options: { batching: { batch: { itemsAtOnce: 3 } } },
		},
		{ input, settings: { onError: 'continueRegularOutput' } },
	);
	const items = outputOf(run);
	expect(items.map(({ json }) => json.title ?? json.error)).toEqual([
		'first',
		'second',
		'first',
		'SpeedyFiles responded with 404: Not Found',
		'first',
		'second',
		'first',
	]);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(input.map((_, item) => ({ item })));
});
