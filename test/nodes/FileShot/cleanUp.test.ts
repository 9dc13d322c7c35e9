import {
	actionsBy,
	runCleanUp,
	DAY,
	deletionsIn,
	setClockSpeed,
	advanceClock,
	countActions,
} from '../../support/cleanUp';
import { errorOf, runNode } from '../../support/engine';
import { fileShotCleanUp } from '../../support/fileShotCleanUp';
import { TestServer } from '../../support/testServer';

const { cleanUp, filesThere, left, node, sandbox, settings } = fileShotCleanUp();

describe('Clean Up with the default settings', () => {
	it('reports which files it would delete and why, and deletes nothing', async () => {
		await filesThere({ 'a.txt': 1, 'b.txt': 30 });
		await advanceClock(sandbox, 2 * DAY);
		const items = await cleanUp();
		expect(items).toEqual([
			expect.objectContaining({
				action: 'wouldDelete',
				reason: expect.stringMatching(/^Expired on .*Z$/) as string,
				dryRun: true,
				name: 'a.txt',
				size: 5,
				status: 'expired',
				// A field of the service, kept next to the normalized ones.
				downloadCount: 0,
			}),
			expect.objectContaining({
				action: 'kept',
				reason: expect.stringMatching(/^Expires on .*Z$/) as string,
				name: 'b.txt',
				status: 'active',
			}),
		]);
		expect(Object.keys(items[0]).slice(0, 2)).toEqual(['action', 'reason']);
		expect(await deletionsIn(sandbox)).toEqual([]);
		expect(await left()).toEqual(['a.txt', 'b.txt']);
	});

	it('returns an empty report for an empty account', async () => {
		expect(await cleanUp()).toEqual([]);
	});

	it.each([
		'false',
		' FALSE ',
		'no',
		'0',
		0,
		'',
		null,
		[],
		{},
		'={{ undefined }}',
		'={{ "false" }}',
	])('keeps the dry run on for %j, because only the boolean false turns it off', async (dryRun) => {
		await filesThere({ 'a.txt': 1 });
		await advanceClock(sandbox, 2 * DAY);
		await sandbox.reset();
		await runNode(node({ dryRun: dryRun as string }));
		expect(await deletionsIn(sandbox)).toEqual([]);
		expect(await left()).toEqual(['a.txt']);
	});

	it('turns off the dry run for an expression that returns the boolean false', async () => {
		await filesThere({ 'a.txt': 1 });
		await advanceClock(sandbox, 2 * DAY);
		expect(countActions(await cleanUp({ dryRun: '={{ 1 > 2 }}' }))).toEqual({ deleted: 1 });
	});
});

describe('expiry by the clock of the service', () => {
	it.each(['iso', 'epochSeconds', 'epochMilliseconds'])(
		'deletes the files that have expired, with dates as %s',
		async (dates) => {
			await settings({ dates });
			await filesThere({ day: 1, month: 30, quarter: 90, year: 365 });
			for (const [days, kept] of [
				[2, ['month', 'quarter', 'year']],
				[29, ['quarter', 'year']],
				[58, ['quarter', 'year']],
				[2, ['year']],
				[300, []],
			] as const) {
				await advanceClock(sandbox, days * DAY);
				const before = await left();
				const items = await cleanUp({ dryRun: false });
				expect(countActions(items).deleted ?? 0).toBe(before.length - kept.length);
				expect(await left()).toEqual(kept);
			}
		},
	);

	it('keeps a file that has expired by the clock of n8n only', async () => {
		const expiresAt = new Date(Date.now() - 60_000).toISOString();
		const body = JSON.stringify({ files: [{ fileId: '1', fileName: 'a', expiresAt }], total: 1 });
		const host = new TestServer();
		const date = new Date(Date.now() - 3_600_000).toUTCString();
		await host.respond({ headers: { date }, body }).start();
		const [item] = await runCleanUp(node({ dryRun: false }, { baseUrl: host.url }));
		await host.stop();
		expect(item).toMatchObject({ action: 'kept', checkedAt: new Date(date).toISOString() });
		expect(host.requests).toHaveLength(1);
	});

	it('counts a file as expired at its exact expiry time, but not one second before', async () => {
		await setClockSpeed(sandbox, 0);
		await filesThere({ a: 1 });
		await advanceClock(sandbox, DAY - 2);
		expect(countActions(await cleanUp())).toEqual({ kept: 1 });
		await advanceClock(sandbox, 2);
		expect(countActions(await cleanUp())).toEqual({ wouldDelete: 1 });
	});
});

describe('selection', () => {
	beforeEach(async () => {
		await filesThere({ expired: 1, soon: 4, later: 20 });
		await advanceClock(sandbox, 2 * DAY);
		await filesThere({ new: 30 });
	});

	it.each([
		[{ selection: 'expired' }, ['expired']],
		[{ selection: 'expiring' }, ['soon']],
		[{ selection: 'expiring', expiresWithin: 1 }, []],
		[{ selection: 'expiring', expiresWithin: 49, unit: 'hours' }, ['soon']],
		[{ selection: 'expiring', expiresWithin: 20 }, ['soon', 'later']],
		[{ selection: 'olderThan' }, []],
		[{ selection: 'olderThan', olderThan: 1 }, ['expired', 'soon', 'later']],
		[{ selection: 'olderThan', olderThan: 49, unit: 'hours' }, []],
		[{ selection: 'expired', options: { nameContains: 'EXP' } }, ['expired']],
		[{ selection: 'expired', options: { nameContains: 'soon' } }, []],
	])('%j', async (parameters, names) => {
		const items = await cleanUp({ output: 'selected', ...parameters });
		expect(items.map(({ name }) => name).sort()).toEqual([...names].sort());
		expect(items.every(({ action }) => action === 'wouldDelete')).toBe(true);
	});

	it('keeps a file with a protected text in its name and reports that reason', async () => {
		await filesThere({ 'My CONTRACT': 1 });
		await advanceClock(sandbox, DAY + 2);
		const options = { keepIfContains: 'contract, PIRED' };
		const items = await cleanUp({ dryRun: false, output: 'selected', options });
		expect(Object.fromEntries(items.map(({ name, reason }) => [name, reason]))).toEqual({
			expired: expect.stringMatching(/^Expired on .*\. Its name contains “pired”$/) as string,
			'My CONTRACT': expect.stringContaining('Its name contains “contract”') as string,
		});
		expect(countActions(items)).toEqual({ kept: 2 });
		expect(await left()).toContain('My CONTRACT');
		expect(await left()).toContain('expired');
	});

	it.each([
		[{ selection: 'expiring', expiresWithin: 0 }, 'Expires Within'],
		[{ selection: 'olderThan', olderThan: -1 }, 'Older Than'],
		[{ selection: 'olderThan', olderThan: 1e9 }, 'Older Than'],
		[{ maxDeletions: 0 }, 'Maximum Deletions'],
		[{ maxDeletions: 'many' }, 'Maximum Deletions'],
		[{ options: { deletionsAtOnce: 21 } }, 'Concurrent Deletions'],
	])('rejects %j before it sends a request', async (parameters, label) => {
		const error = errorOf(await runNode(node({ dryRun: false, ...parameters })));
		expect(error.message).toContain(`The field “${label}” must be a whole number`);
		expect(await sandbox.requests()).toEqual([]);
	});
});

it('recognizes a file that has reached its download limit, and one without an expiry date', async () => {
	const files = [
		{ fileId: '1', fileName: 'used up', expiresAt: '2999-01-01T00:00:00Z', expired: true },
		{ fileId: '2', fileName: 'for ever', expiresAt: null },
		{ fileId: '3', fileName: 'zero', expiresAt: 0, action: 'deleted', reason: 'its own' },
		{ fileName: 'nameless', expired: true },
	];
	const host = await new TestServer()
		.respond({ body: JSON.stringify({ files, total: 4 }) })
		.start();
	const items = await runCleanUp(node({ selection: 'expired' }, { baseUrl: host.url }));
	await host.stop();
	expect(Object.fromEntries(items.map((one) => [one.name, one.reason]))).toEqual({
		'used up': 'Marked as expired by the service',
		'for ever': 'No expiry date',
		zero: 'No expiry date',
		nameless:
			'Marked as expired by the service. The service does not report its ID, so it cannot be deleted',
	});
	expect(actionsBy('name', items)).toMatchObject({ nameless: 'kept', zero: 'kept' });
});

describe.each(['documented', 'desktop'])('deletion with the %s routes', (dialect) => {
	beforeEach(async () => await settings({ dialect }));

	it('deletes the files of all pages, and nothing more in a second run', async () => {
		const names = Array.from({ length: 205 }, (_, n) => `old ${n}`);
		await filesThere({ ...Object.fromEntries(names.map((name) => [name, 1])), young: 30 });
		await advanceClock(sandbox, 2 * DAY);
		const items = await cleanUp({ dryRun: false, maxDeletions: 300 });
		expect(countActions(items)).toEqual({ deleted: 205, kept: 1 });
		expect(await left()).toEqual(['young']);
		expect(countActions(await cleanUp({ dryRun: false, maxDeletions: 300 }))).toEqual({ kept: 1 });
	});

	it.each([
		[2, { deleted: 2, kept: 1 }],
		[3, { deleted: 3 }],
		[4, { deleted: 3 }],
	])('deletes at most %i files, oldest first', async (maxDeletions, counts) => {
		await filesThere({ c: 3, a: 1, b: 2 });
		await advanceClock(sandbox, 5 * DAY);
		const items = await cleanUp({ dryRun: false, maxDeletions });
		expect(countActions(items)).toEqual(counts);
		expect(items.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
		if (maxDeletions === 2)
			expect(items[2].reason).toMatch(/\. Over the limit of 2 deletions per run$/);
		expect(await left()).toEqual(maxDeletions === 2 ? ['c'] : []);
	});
});

it.each(['json', 'empty', 'noContent'])(
	'accepts a deletion response of type %s',
	async (response) => {
		await settings({ deleteAnswer: response });
		await filesThere({ a: 1 });
		await advanceClock(sandbox, 2 * DAY);
		expect(countActions(await cleanUp({ dryRun: false }))).toEqual({ deleted: 1 });
	},
);

describe('the summary', () => {
	beforeEach(async () => {
		await filesThere({ bcd: 2, a: 1, later: 30 });
		await advanceClock(sandbox, 3 * DAY);
	});

	it('contains the counts and a text to send as a message', async () => {
		const [item, ...more] = await cleanUp({ output: 'summary', dryRun: false });
		expect(more).toEqual([]);
		expect(item).toMatchObject({
			service: 'FileShot',
			dryRun: false,
			found: 3,
			selected: 2,
			wouldDelete: 0,
			deleted: 2,
			gone: 0,
			failed: 0,
			kept: 1,
			bytes: 4,
			items: [
				{ name: 'a', size: 1, action: 'deleted' },
				{ name: 'bcd', size: 3, action: 'deleted' },
			],
		});
		const [headline, ...lines] = String(item.text).split('\n');
		expect(headline).toBe('FileShot: 3 files found, 2 deleted (4 bytes), 1 kept');
		expect(lines).toEqual([
			expect.stringMatching(/^- a: deleted\. Expired on .*Z\.$/) as string,
			expect.stringMatching(/^- bcd: deleted\. Expired on .*Z\.$/) as string,
		]);
	});

	it('is output even if no files are found', async () => {
		const [item] = await cleanUp({ output: 'summary', options: { nameContains: 'nothing' } });
		expect(item).toMatchObject({
			found: 0,
			selected: 0,
			items: [],
			text: 'FileShot: 0 files found',
		});
	});
});
