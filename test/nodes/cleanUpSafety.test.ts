import { type CleanUpItem, countActions } from '../support/cleanUp';
import { ListServer } from '../support/listServer';
import { ago, cleanUpListed, DAY, HOUR, old } from '../support/listedFiles';

const server = new ListServer();
beforeAll(async () => await server.start());
afterAll(async () => await server.stop());
beforeEach(() => server.reset());

describe('a file is kept if a date', () => {
	it.each([
		...[
			null,
			'',
			' ',
			0,
			-1,
			'0',
			'-1',
			'1970-01-01',
			'1970-01-01T00:00:00Z',
			'0001-01-01T00:00:00',
		],
		...['1999-12-31T23:59:59Z', 946684799, '946684799', 946684799000, 'never', 'soon', 'tomorrow'],
		...['5 May', 'May 2001', '2001', '01/02/2003', '2003-02-30', '2003-13-01T00:00:00Z', '20', 20],
		...[
			true,
			false,
			{},
			[],
			[ago(DAY)],
			{ date: ago(DAY) },
			'0000-00-00 00:00:00',
			'P1D',
			'NaN',
			1e300,
		],
	])('is %j', async (date) => {
		server.files = [old('a', { expiresAt: date })];
		const [expired] = await cleanUpListed(server, 'fileShot', { selection: 'expired' });
		server.files = [old('a', { createdAt: date })];
		const [aged] = await cleanUpListed(server, 'fileShot', {
			selection: 'olderThan',
			olderThan: 1,
		});
		const [file] = await cleanUpListed(server, 'filesApp', { olderThan: 1 });
		expect([expired, aged, file].map(({ action }) => action)).toEqual(['kept', 'kept', 'kept']);
		expect(server.deleted).toEqual([]);
	});

	it('of its expiry is before that of its creation', async () => {
		server.files = [old('a', { createdAt: ago(DAY), expiresAt: ago(2 * DAY) })];
		const [{ action, reason }] = await cleanUpListed(server, 'fileShot', { selection: 'expired' });
		expect(action).toBe('kept');
		expect(reason).toMatch(/is before its creation date/);
		expect(server.deleted).toEqual([]);
	});
});

const DATE_WARNING = /because FileShot sent (no time|the invalid time “.*”)/;

describe('a clean-up with two clocks', () => {
	const expired = { selection: 'expired' };

	it.each([
		['an hour ahead keeps a file that has expired only by it', HOUR, -HOUR / 2, []],
		['an hour behind keeps a file that has expired only by the clock of n8n', -HOUR, HOUR / 2, []],
		['an hour ahead deletes a file that has expired by both', HOUR, HOUR / 2, ['a']],
		['an hour behind deletes a file that has expired by both', -HOUR, 2 * HOUR, ['a']],
		['a day ahead deletes nothing', DAY + HOUR, 100 * DAY, []],
		['a year behind deletes nothing', -365 * DAY, 1000 * DAY, []],
	])('of which the service’s is %s', async (_, offset, expiredSince, deleted) => {
		server.clockOffset = offset;
		server.files = [old('a', { createdAt: ago(2000 * DAY), expiresAt: ago(expiredSince) })];
		const items = await cleanUpListed(server, 'fileShot', expired);
		expect(server.deleted).toEqual(deleted);
		if (Math.abs(offset) > DAY)
			expect(items[0].warning).toMatch(
				/the clocks of FileShot .* and n8n .* differ by a day or more/,
			);
	});

	it.each(['', 'yesterday', '2026-01-01T00:00:00Z', '1795741441', 'Thu, 32 Jan 2026 00:00:00 GMT'])(
		'deletes nothing if the Date header is %j, and reports that',
		async (date) => {
			server.dateHeader = date;
			server.files = [old('a')];
			const [item] = await cleanUpListed(server, 'fileShot', expired);
			expect(item).toMatchObject({ action: 'kept' });
			expect(item.warning).toMatch(DATE_WARNING);
			const [summary] = await cleanUpListed(server, 'fileShot', { ...expired, output: 'summary' });
			expect(summary.text).toMatch(DATE_WARNING);
			const trusting = { ...expired, options: { trustServiceClock: true } };
			await cleanUpListed(server, 'fileShot', trusting);
			expect(server.deleted).toEqual([]);
		},
	);

	it('keeps a file that the service marks as expired because of its own clock', async () => {
		server.clockOffset = 2 * HOUR;
		server.files = [old('a', { expiresAt: ago(-HOUR), expired: true })];
		const [{ action, reason }] = await cleanUpListed(server, 'fileShot', expired);
		expect(action).toBe('kept');
		expect(reason).toMatch(/^The clocks disagree/);
		expect(server.deleted).toEqual([]);
	});

	it('keeps a file that the service marks as expired although downloads are left', async () => {
		const more = { expiresAt: ago(-DAY), expired: true, maxDownloads: 5 };
		server.files = [
			old('a', { ...more, downloadCount: 4 }),
			old('b', { ...more, downloadCount: 5 }),
		];
		await cleanUpListed(server, 'fileShot', expired);
		expect(server.deleted).toEqual(['b']);
	});

	it('uses only the clock of the service if the option is on', async () => {
		server.clockOffset = 30 * DAY;
		server.files = [
			old('a', { expiresAt: ago(-20 * DAY) }),
			old('b', { expiresAt: ago(-40 * DAY) }),
		];
		await cleanUpListed(server, 'fileShot', { ...expired, options: { trustServiceClock: true } });
		expect(server.deleted).toEqual(['a']);
	});

	it('keeps a file that expires soon by one clock and has expired by the other', async () => {
		server.clockOffset = HOUR;
		server.files = [
			old('a', { expiresAt: ago(-HOUR / 2) }),
			old('b', { expiresAt: ago(-2 * HOUR) }),
		];
		await cleanUpListed(server, 'fileShot', { selection: 'expiring', expiresWithin: 1 });
		expect(server.deleted).toEqual(['b']);
	});
});

describe('an ID that is listed twice', () => {
	it('is kept if the dates differ', async () => {
		server.files = [old('a'), old('b'), old('a', { expiresAt: ago(-DAY) })];
		const items = await cleanUpListed(server, 'fileShot', { selection: 'expired' });
		expect(server.deleted).toEqual(['b']);
		const kept = items.filter(({ action }) => action === 'kept');
		expect(kept.map(({ reason }) => reason)).toEqual([
			expect.stringContaining('more than once with different details'),
		]);
	});

	it('is deleted once if the details are equal', async () => {
		server.files = [old('a'), old('a')];
		await cleanUpListed(server, 'fileShot', { selection: 'expired' });
		expect(server.deleted).toEqual(['a']);
	});
});

describe('a clean-up', () => {
	const HTML = { 'content-type': 'text/html' };

	it.each([404, 410])(
		'reports a file as gone after an HTML page with status %i',
		async (status) => {
			server.files = [old('a'), old('b')];
			server.deletionResponse = { status, headers: HTML, body: '<!doctype html><h1>Not here</h1>' };
			const items = await cleanUpListed(server, 'filesApp', { olderThan: 1 });
			expect(items.map(({ action }) => action)).toEqual(['gone', 'gone']);
		},
	);

	it('ends the run after an HTML page with status 429', async () => {
		server.files = ['a', 'b', 'c'].map((id) => old(id));
		server.deletionResponse = {
			status: 429,
			body: '<html>slow down</html>',
			headers: { ...HTML, 'retry-after': '7200' },
		};
		const items = await cleanUpListed(server, 'filesApp', {
			olderThan: 1,
			options: { deletionsAtOnce: 1 },
		});
		expect(items.map(({ action }) => action)).toEqual(['failed', 'kept', 'kept']);
		expect(server.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
	});

	it('reports an account with 150,000 files', async () => {
		const file = old('f');
		server.files = Array.from({ length: 150_000 }, (_, n) => ({ ...file, id: `f${n}` }));
		server.pageSize = 150_000;
		const run = { selection: 'expired', maxDeletions: 3 };
		const items = await cleanUpListed(server, 'fileShot', run);
		expect(countActions(items as CleanUpItem[])).toEqual({ deleted: 3, kept: 149_997 });
		expect(server.deleted).toHaveLength(3);
	}, 120_000);
});
