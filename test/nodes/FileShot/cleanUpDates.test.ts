/** Clean Up keeps a file unless its dates are certain and have passed by the clocks of n8n and the service. */
import type { IDataObject } from 'n8n-workflow';

import { runCleanUp, DAY, countActions } from '../../support/cleanUp';
import {
	account,
	ALL_WORDS,
	dateHeader,
	deletable,
	type ModelItem,
	timesThatCount,
	criteria,
	written,
} from '../../support/cleanUpModel';
import { type NodeUnderTest, runNode } from '../../support/engine';
import { ago, cleanUpOf, old } from '../../support/fileShotList';
import { ListedAccount } from '../../support/listedAccount';
import { SeededRandom } from '../../torture/seededRandom';

let listed: ListedAccount;
beforeEach(() => void (listed = new ListedAccount()));
afterEach(async () => await listed.stop());

const node = (...given: [parameters?: IDataObject, more?: Partial<NodeUnderTest>]) =>
	cleanUpOf(listed, ...given);

const header = (ahead: number) => new Date(Date.now() + ahead * 1000).toUTCString();

describe('the clocks of n8n and the service', () => {
	const HOUR = 3600;
	it.each([
		['both agree', 0, 2 * HOUR, ['a']],
		['the service is ahead', 3 * HOUR, -2 * HOUR, []],
		['the service is behind', -3 * HOUR, 2 * HOUR, []],
		['the service is ahead, and it has passed for both', 3 * HOUR, 2 * HOUR, ['a']],
	])(
		'%s: deletes only files that have expired by both clocks',
		async (_, ahead, since, deleted) => {
			await listed.start([old('a', { expiresAt: ago(since) })], { date: header(ahead) });
			await runCleanUp(node());
			expect(listed.deleted).toEqual(deleted);
		},
	);

	it('keeps a file that expires soon by one clock only', async () => {
		const files = [
			old('passed for the service', { expiresAt: ago(-HOUR) }),
			old('soon for both', { expiresAt: ago(-10 * HOUR) }),
			old('later for n8n', { expiresAt: ago(-26 * HOUR) }),
		];
		await listed.start(files, { date: header(3 * HOUR) });
		const parameters = { selection: 'expiring', expiresWithin: 24, unit: 'hours' };
		await runCleanUp(node(parameters));
		expect(listed.deleted).toEqual(['soon for both']);
	});

	it.each([
		['is not sent as a date', 'yesterday', /FileShot sent the invalid time “yesterday”/],
		['is empty', '', /FileShot sent no time/],
		['is the beginning of time', 'Thu, 01 Jan 1970 00:00:00 GMT', /invalid time/],
		['is ISO 8601', new Date().toISOString(), /invalid time/],
		[
			'is a day ahead',
			header(DAY + 60),
			/the clocks of FileShot .* and n8n .* differ by a day or more/,
		],
		['is a day behind', header(-DAY - 60), /differ by a day or more/],
		['is years ahead', 'Fri, 01 Jan 2100 00:00:00 GMT', /\(2100-01-01T00:00:00.000Z\)/],
	])(
		'deletes nothing if the Date header of the service %s, and reports why',
		async (_, date, why) => {
			const files = [old('a'), old('b', { expired: true, expiresAt: null })];
			for (const selection of ['expired', 'expiring', 'olderThan']) {
				listed = new ListedAccount();
				await listed.start(files, { date });
				const items = await runCleanUp(node({ selection }));
				expect(countActions(items)).toEqual({ kept: 2 });
				for (const { reason, warning } of items) {
					expect(reason).toMatch(why);
					expect(warning).toBe(reason);
				}
				const [summary] = await runCleanUp(node({ selection, output: 'summary' }));
				expect(summary).toMatchObject({ found: 2, kept: 2, deleted: 0 });
				expect(summary.warning).toMatch(why);
				expect(String(summary.text).split('\n')[1]).toMatch(why);
				const run = await runNode(node({ selection, output: 'selected' }));
				expect(run.data.resultData.runData.Subject[0].hints).toContainEqual(
					expect.objectContaining({
						type: 'warning',
						message: expect.stringMatching(why) as string,
					}),
				);
				expect(listed.deleted).toEqual([]);
				await listed.stop();
			}
		},
	);

	it('uses only the clock of the service if the user has selected that', async () => {
		const files = [
			old('a', { expiresAt: ago(-300 * DAY) }),
			old('b', { expiresAt: ago(-500 * DAY) }),
		];
		await listed.start(files, { date: header(400 * DAY) });
		await runCleanUp(node({ options: { trustServiceClock: true } }));
		expect(listed.deleted).toEqual(['a']);
	});

	it('deletes nothing without a valid Date header, even if the user has selected the clock of the service', async () => {
		await listed.start([old('a')], { date: 'yesterday' });
		const items = await runCleanUp(node({ options: { trustServiceClock: true } }));
		expect(countActions(items)).toEqual({ kept: 1 });
		expect(listed.deleted).toEqual([]);
	});
});

describe('uncertain dates', () => {
	it.each([
		['never, in words', { expiresAt: 'never' }, /Its expiry date cannot be read: “never”/],
		['what Date.parse guesses', { expiresAt: 'Jan 5 2020' }, /cannot be read: “Jan 5 2020”/],
		['an object', { expiresAt: {} }, /Its expiry date cannot be read$/],
		['the year 1', { expiresAt: '0001-01-01T00:00:00Z' }, /No expiry date/],
		['1970', { expiresAt: '1970-01-01T00:00:00Z' }, /No expiry date/],
		['zero as text', { expiresAt: '0' }, /No expiry date/],
		[
			'before its creation',
			{ createdAt: ago(DAY), expiresAt: ago(2 * DAY) },
			/is before its creation/,
		],
		['two that differ', { expires_at: ago(-DAY) }, /different expiry dates/],
		['none and one', { expires_at: null }, /different expiry dates/],
		['creation unreadable', { createdAt: 'long ago' }, /creation date cannot be read: “long ago”/],
		['a flag that denies it', { expired: false }, /but not marked as expired by the service/],
		['a flag as text', { expired: 'False' }, /but not marked as expired by the service/],
		['a flag as a number', { expired: 0 }, /but not marked as expired by the service/],
	])('keeps a file whose dates are uncertain: %s', async (_, more, why) => {
		await listed.start([old('a', more)]);
		const [{ action, reason }] = await runCleanUp(node());
		expect(action).toBe('kept');
		expect(reason).toMatch(why);
		expect(listed.deleted).toEqual([]);
	});

	it.each([
		['used up', { maxDownloads: 3, downloadCount: 3 }, true],
		['with downloads left', { maxDownloads: 3, downloadCount: 2 }, false],
		['used up, as text', { maxDownloads: '10', downloadCount: '10' }, true],
		['with downloads left, as text', { maxDownloads: '10', downloadCount: '9' }, false],
		['without a limit', { maxDownloads: null, downloadCount: 2 }, false],
		['without the numbers', {}, true],
	])(
		'a file with expired: true before its expiry date, %s: deleted or kept',
		async (_, more, isDeleted) => {
			await listed.start([old('a', { expiresAt: ago(-DAY), expired: true, ...more })]);
			await runCleanUp(node());
			expect(listed.deleted).toEqual(isDeleted ? ['a'] : []);
		},
	);
});

it('with generated accounts and clocks, deletes no file that a simple model keeps', async () => {
	const random = new SeededRandom(7);
	let total = 0;
	for (let n = 0; n < 150; n++) {
		const now = Math.floor(Date.now() / 1000) * 1000;
		// All times are minutes away from any limit, because the run itself takes some time.
		const things = account(random, now - 300_000, random.whole(1, 40));
		const date = dateHeader(random, now, [0, 0, 0, 1800, 3 * 3600, 86_000, 87_000, 400 * 86_400]);
		const trusts = random.next() < 0.2;
		const wanted = {
			...criteria(random),
			protectedWords: random.oneOf([[], [random.oneOf(ALL_WORDS)]]),
		};
		const most = random.oneOf([1, 3, 50]);
		listed = new ListedAccount();
		await listed.start(things.map(fileOf), {
			date: date.value === undefined ? '' : String(date.value),
		});
		const protection = wanted.protectedWords.map((word) => written(random, word)).join();
		const out = await runNode(
			node(
				{
					selection: wanted.selection,
					expiresWithin: wanted.span / 3_600_000,
					olderThan: wanted.span / 3_600_000,
					unit: 'hours',
					maxDeletions: most,
					options: {
						...(trusts ? { trustServiceClock: true } : {}),
						...(protection ? { keepIfContains: protection } : {}),
					},
				},
				{ input: Array.from({ length: random.whole(1, 3) }, () => ({ json: {} })) },
			),
		);
		expect(out.data.resultData.error).toBeUndefined();
		const times = timesThatCount(date, now, trusts);
		const allowed = deletable(things, wanted, times).map(({ id }) => id!.trim());
		const { deleted } = listed;
		expect(deleted.filter((id) => !allowed.includes(id))).toEqual([]);
		expect(new Set(deleted).size).toBe(deleted.length);
		expect(deleted.length).toBe(Math.min(allowed.length, most));
		total += deleted.length;
		await listed.stop();
	}
	expect(total).toBeGreaterThan(30);
}, 120_000);

/** All files are in scope, because no scope is set. */
function fileOf(one: ModelItem): IDataObject {
	one.isWithin = true;
	const { id, name, created, expires, isOver, isUsedUp } = one;
	return {
		fileId: id,
		fileName: name,
		createdAt: created.value as string,
		expiresAt: expires.value as string,
		expired: isOver,
		...(isUsedUp === undefined ? {} : { maxDownloads: 2, downloadCount: isUsedUp ? 2 : 1 }),
	};
}
