import { randomBytes } from 'node:crypto';

import { errorOf, outputOf } from '../../support/engine';
import { useSandbox } from '../../support/useSandbox';
import { byId } from '../../support/locators';
import { PACKAGE, SpeedyFilesUser } from '../../support/speedyFiles';

const DAY = 86_400_000;
const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);

const files = { data: { name: 'report.pdf', bytes: randomBytes(2000) } };

async function packageWithFile(): Promise<string> {
	const id = await user.create();
	outputOf(await user.upload(id, files));
	return id;
}

describe('Create', () => {
	it('creates a draft, and returns it with dates in ISO 8601 UTC', async () => {
		const json = await user.json('package.create', PACKAGE);
		expect(json).toMatchObject({
			packageId: expect.stringMatching(/^[\w-]{22}$/) as string,
			title: 'Q4 financials',
			recipientEmail: 'cfo@acme.com',
			direction: 'outbound',
			status: 'draft',
			files: [],
			fileCount: 0,
			totalSize: 0,
		});
		// A date without an offset is UTC, regardless of the time zone of this machine.
		const { created_at: created } = await user.look(String(json.packageId));
		expect(json.createdAt).toBe(new Date(`${created as string}Z`).toISOString());
		// The service calculates the expiry a few milliseconds before it stores the package.
		const lifetime = Date.parse(json.expiresAt as string) - Date.parse(json.createdAt as string);
		expect(Math.round(lifetime / DAY)).toBe(7);
		expect(json).not.toHaveProperty('notice');
	});

	it('sends every documented field', async () => {
		await user.json('package.create', {
			...PACKAGE,
			title: ' Q4 ',
			direction: 'inbound',
			ttlDays: 90,
			options: { note: 'Please look at page 3.\nThanks' },
		});
		const [{ body, path, authorized }] = await sandbox.requests();
		expect({ path, authorized }).toEqual({ path: '/api/v1/packages', authorized: true });
		expect(body).toEqual({
			title: 'Q4',
			recipient_email: 'cfo@acme.com',
			recipient_name: 'Acme CFO',
			direction: 'inbound',
			ttl_days: 90,
			note: 'Please look at page 3.\nThanks',
		});
	});

	it('sends the email address as the name of a recipient without one', async () => {
		await user.json('package.create', { ...PACKAGE, recipientName: '' });
		const [{ body }] = await sandbox.requests();
		expect(body).toMatchObject({ recipient_name: 'cfo@acme.com' });
	});

	it('warns that the recipient of an inbound package does not receive the link', async () => {
		const json = await user.json('package.create', { ...PACKAGE, direction: 'inbound' });
		expect(json).toMatchObject({ status: 'active', direction: 'inbound' });
		expect(json.notice).toContain('did not email or return');
	});

	it.each([
		[{ title: '={{ "  " }}' }, 'The field “Title” is empty'],
		[{ recipientEmail: '={{ undefined }}' }, 'The field “Recipient Email” is empty'],
		[{ ttlDays: 0 }, 'The field “Expires After” must be a whole number from 1 to 90'],
		[{ ttlDays: 91 }, 'The field “Expires After” must be a whole number from 1 to 90'],
		[
			{ ttlDays: 13, unit: 'weeks' },
			'The field “Expires After” must be at most 12 if the unit is weeks',
		],
		[{ ttlDays: 1.5 }, 'The field “Expires After” must be a whole number from 1 to 90'],
	])('with %j, fails without sending a request: %s', async (wrong, message) => {
		const error = errorOf(await user.run('package.create', { ...PACKAGE, ...wrong }));
		expect(error.message).toBe(message);
		expect(await user.calls()).toEqual([]);
	});

	it('converts the service’s list of invalid fields to a message', async () => {
		const parameters = { ...PACKAGE, title: 'x'.repeat(256), recipientEmail: 'not-an-address' };
		const error = errorOf(await user.run('package.create', parameters));
		expect(error.message).toMatch(
			/^SpeedyFiles responded with 422: title: String should have at most 255 characters; recipient_email: value is not a valid email address/,
		);
		expect(error.description).toContain('Correct the fields');
	});

	it('is not retried after a lost response, and reports that the package may have been created', async () => {
		const before = await user.count();
		await sandbox.reset();
		await user.fault({ type: 'resetAfterBody' });
		const error = errorOf(await user.run('package.create', PACKAGE));
		expect(error.description).toContain('SpeedyFiles may have created the package anyway');
		await sandbox.control.delete('/faults');
		expect(await user.count()).toBe(before + 1);
	});
});

describe('Get', () => {
	it('returns the simplified fields, with the files', async () => {
		const id = await packageWithFile();
		const json = await user.json('package.get', { packageId: byId(id) });
		expect(Object.keys(json)).toEqual([
			...['packageId', 'title', 'recipientEmail', 'recipientName', 'direction'],
			...['fileCount', 'totalSize', 'createdAt', 'expiresAt', 'status', 'files'],
		]);
		expect(json).toMatchObject({
			packageId: id,
			status: 'draft',
			fileCount: 1,
			totalSize: 2000,
			files: [{ name: 'report.pdf', size: 2000 }],
		});
	});

	it('returns the fields of the response unchanged if Simplify is turned off', async () => {
		const id = await packageWithFile();
		const json = await user.json('package.get', { packageId: byId(id), simplify: false });
		expect(json).toEqual(await user.look(id));
	});

	it.each([
		(id: string) => `https://files.example.com/dash/packages/${id}`,
		(id: string) => `https://example.com/files/api/v1/packages/${id}/files?x=1`,
	])('accepts a pasted URL: %s', async (urlOf) => {
		const id = await user.create();
		const packageId = { __rl: true, mode: 'url', value: urlOf(id) };
		expect(await user.json('package.get', { packageId })).toMatchObject({ packageId: id });
	});

	it('reports what to do if the package does not exist or belongs to another user', async () => {
		const unknown = errorOf(await user.run('package.get', { packageId: byId('unknown') }));
		expect(unknown.message).toBe('SpeedyFiles responded with 404: Not Found');
		expect(unknown.description).toContain('Check the ID');

		const id = await user.create();
		const { data } = await sandbox.control.post<{ token: string }>(
			'/services/speedyFiles/users/2/tokens',
			{ name: 'regular' },
		);
		const credentials = { apiToken: data.token };
		const run = await user.run('package.get', { packageId: byId(id) }, { credentials });
		expect(errorOf(run).message).toBe('SpeedyFiles responded with 403: Forbidden');
		expect(errorOf(run).description).toContain('an admin');
	});

	it('reports an active package past its expiry as expired, by the service’s clock', async () => {
		const id = await packageWithFile();
		await user.json('package.finalize', { packageId: byId(id) });
		await sandbox.control.post('/clock', { advance: 8 * 24 * 3600 });
		expect(await user.json('package.get', { packageId: byId(id) })).toMatchObject({
			status: 'expired',
		});
	});
});

describe('Finalize', () => {
	it('returns the magic link once', async () => {
		const id = await packageWithFile();
		const json = await user.json('package.finalize', { packageId: byId(id) });
		expect(json).toEqual({
			packageId: id,
			link: expect.stringMatching(/\/p\/[\w-]{43}$/) as string,
		});

		const again = await user.json('package.finalize', { packageId: byId(id) });
		expect(again).toMatchObject({ link: null });
		expect(again.notice).toContain('only shows the magic link once');
	});

	it('does not claim that the recipient has the link, because SpeedyFiles does not report failed emails', async () => {
		await sandbox.control.patch('/services/speedyFiles/settings', { smtp: 'broken' });
		const lost = await packageWithFile();
		await user.fault({ type: 'resetAfterBody' }, { method: 'POST', times: 1 });
		const first = await user.json('package.finalize', { packageId: byId(lost) });
		const again = await user.json('package.finalize', { packageId: byId(lost) });
		for (const { notice } of [first, again]) {
			expect(notice).toContain('does not report whether that worked');
		}
	});

	it.each([
		['an empty package', async () => await user.create(), 'package has no completed files yet'],
		[
			'an inbound package',
			async () => await user.create({ direction: 'inbound' }),
			'not an outbound package',
		],
	])('reports why it rejects %s', async (_, make, reason) => {
		const error = errorOf(await user.run('package.finalize', { packageId: byId(await make()) }));
		expect(error.message).toBe(`SpeedyFiles responded with 400: ${reason}`);
		expect(error.description).toContain('at least one');
	});

	it('creates a new link for a revoked package', async () => {
		const id = await packageWithFile();
		const first = await user.json('package.finalize', { packageId: byId(id) });
		await user.json('package.revoke', { packageId: byId(id) });
		const second = await user.json('package.finalize', { packageId: byId(id) });
		expect(second.link).toMatch(/\/p\//);
		expect(second.link).not.toBe(first.link);
	});

	it('is not retried after a lost response; the status of the package shows that it succeeded', async () => {
		const id = await packageWithFile();
		await sandbox.reset();
		await user.fault({ type: 'resetAfterBody' }, { method: 'POST' });
		const json = await user.json('package.finalize', { packageId: byId(id) });
		expect(json).toMatchObject({ packageId: id, link: null });
		expect(json.notice).toContain('the response with the magic link was lost');
		expect(await user.calls()).toEqual([
			expect.stringContaining('/finalize'),
			`GET /packages/${id} 200`,
		]);
	});

	it.each([503, 502])(
		'is not retried after a %i, and reports how to check the result',
		async (status) => {
			const id = await packageWithFile();
			await sandbox.reset();
			await user.fault({ type: 'status', status }, { method: 'POST' });
			const error = errorOf(await user.run('package.finalize', { packageId: byId(id) }));
			expect(error.httpCode).toBe(String(status));
			expect(error.description).toContain('SpeedyFiles may have finalized the package anyway');
			const posts = (await user.calls()).filter((call) => call.startsWith('POST'));
			expect(posts).toEqual([`POST /packages/${id}/finalize ${status}`]);
		},
	);
});

describe('Revoke', () => {
	it('disables the links and returns the package', async () => {
		const id = await packageWithFile();
		const { link: magicLink } = await user.json('package.finalize', { packageId: byId(id) });
		const json = await user.json('package.revoke', { packageId: byId(id) });
		expect(json).toMatchObject({ packageId: id, status: 'revoked', fileCount: 1 });
		const file = (json.files as Array<{ fileId: string }>)[0].fileId;
		const run = await user.run('file.download', { magicLink, scope: 'one', fileId: byId(file) });
		expect(errorOf(run).httpCode).toBe('410');
	});

	it('is sent once, because each call triggers the webhooks', async () => {
		const id = await user.create();
		await sandbox.reset();
		await user.fault({ type: 'resetAfterBody' });
		const error = errorOf(await user.run('package.revoke', { packageId: byId(id) }));
		expect(error.description).toContain('may have revoked the package anyway');
		expect(await user.calls()).toHaveLength(1);
	});
});

describe('Delete', () => {
	it('deletes the package permanently', async () => {
		const id = await packageWithFile();
		expect(await user.json('package.delete', { packageId: byId(id) })).toEqual({
			deleted: true,
			packageId: id,
		});
		await expect(user.look(id)).rejects.toThrow('404');
	});

	it('is retried after a lost response, and the 404 of the retry counts as success', async () => {
		const id = await user.create();
		await sandbox.reset();
		await user.fault({ type: 'resetAfterBody' }, { times: 1 });
		expect(await user.json('package.delete', { packageId: byId(id) })).toMatchObject({
			packageId: id,
		});
		expect(await user.calls()).toHaveLength(2);
	});

	it('fails for a package that does not exist', async () => {
		const error = errorOf(await user.run('package.delete', { packageId: byId('unknown') }));
		expect(error.httpCode).toBe('404');
	});
});
