import { errorOf, outputOf } from '../../support/engine';
import { useSandbox } from '../../support/useSandbox';
import { byId } from '../../support/locators';
import { SpeedyFilesUser } from '../../support/speedyFiles';

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);

const list = async (parameters: object = {}) =>
	outputOf(await user.run('token.getAll', { returnAll: true, ...parameters })).map(
		({ json }) => json,
	);

describe('Create', () => {
	it('returns the new token', async () => {
		const json = await user.json('token.create', {
			name: 'Nightly reports',
			options: { expiresInDays: 30 },
		});
		expect(json).toMatchObject({
			name: 'Nightly reports',
			token: expect.stringMatching(/^sf_[\w-]{43}$/) as string,
			prefix: (json.token as string).slice(0, 11),
			status: 'active',
		});
		expect(json.expiresAt).toBe(new Date(String(json.expiresAt)).toISOString());
		expect((await list())[0]).toMatchObject({ tokenId: json.tokenId, name: 'Nightly reports' });
		expect(JSON.stringify(await list())).not.toContain(json.token);

		const credentials = { apiToken: json.token as string };
		expect(await user.json('account.get', {}, { credentials })).toMatchObject({ userId: 1 });
	});

	it('creates a token that never expires by default', async () => {
		const json = await user.json('token.create', { name: 'for ever' });
		expect(json.expiresAt).toBeNull();
		expect((await sandbox.requests())[0].body).toEqual({ name: 'for ever' });
	});

	it.each([
		[{ name: '={{ "" }}' }, 'The field “Name” is empty'],
		[
			{ name: 'x', options: { expiresInDays: 3651 } },
			'The field “Expires After (Days)” must be a whole number from 1 to 3650',
		],
	])('with %j, fails without sending a request: %s', async (parameters, message) => {
		expect(errorOf(await user.run('token.create', parameters)).message).toBe(message);
		expect(await user.calls()).toEqual([]);
	});

	it('is not retried after a lost response, and reports that the token is lost and what to do', async () => {
		await user.fault({ type: 'resetAfterBody' });
		const error = errorOf(await user.run('token.create', { name: 'lost' }));
		expect(error.description).toContain(
			'SpeedyFiles may have created the token “lost” anyway, but its value is lost.',
		);
		expect(await user.calls()).toHaveLength(1);
	});
});

describe('Get Many and Revoke', () => {
	let revoked: number;

	beforeAll(async () => {
		await sandbox.reset();
		await user.json('token.create', { name: 'short', options: { expiresInDays: 1 } });
		revoked = (await user.json('token.create', { name: 'old' })).tokenId as number;
		await sandbox.control.post('/clock', { advance: 2 * 24 * 3600 });
		expect(await user.json('token.revoke', { tokenId: byId(revoked) })).toEqual({
			revoked: true,
			tokenId: revoked,
		});
	});

	it('returns all tokens, newest first, with their status', async () => {
		expect((await list()).slice(0, 2)).toMatchObject([
			{ tokenId: revoked, status: 'revoked', revokedAt: expect.stringMatching(/Z$/) as string },
			{ name: 'short', status: 'expired' },
		]);
	});

	it.each([
		[['revoked'], ['old']],
		[
			['expired', 'revoked'],
			['old', 'short'],
		],
	])('filters by the statuses %j', async (statuses, names) => {
		expect((await list({ options: { statuses } })).map(({ name }) => name)).toEqual(names);
	});

	it('returns no more tokens than the limit', async () => {
		expect(await list({ returnAll: false, limit: 1 })).toHaveLength(1);
	});

	it('revokes a token that is already revoked, and one by its URL', async () => {
		const tokenId = {
			__rl: true,
			mode: 'url',
			value: `https://x.example/api/v1/me/tokens/${revoked}`,
		};
		expect(await user.json('token.revoke', { tokenId })).toEqual({
			revoked: true,
			tokenId: revoked,
		});
	});

	it.each([
		['999', /^SpeedyFiles responded with 404: Not Found/],
		['sf_abc', /^SpeedyFiles responded with 422: path\.token_id: Input should be a valid integer/],
	])('reports why it rejects the ID %s', async (id, message) => {
		expect(errorOf(await user.run('token.revoke', { tokenId: byId(id) })).message).toMatch(message);
	});
});

it('Account → Get returns the user of the token', async () => {
	expect(await user.json('account.get')).toEqual({
		userId: 1,
		email: 'admin@instance.example',
		name: 'Alex Admin',
		role: 'admin',
	});
});

it('Instance → Check Health does not depend on the token', async () => {
	const credentials = { apiToken: 'sf_wrong' };
	expect(await user.json('instance.health', {}, { credentials })).toEqual({
		status: 'ok',
		healthy: true,
	});
});
