import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FileShotApi } from '../../../credentials/FileShotApi.credentials';
import { FileShot } from '../../../nodes/FileShot/FileShot.node';
import { actionsBy, runCleanUp, DAY, countActions } from '../../support/cleanUp';
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
import { errorOf, type NodeUnderTest, runNode } from '../../support/engine';
import { ListedAccount } from '../../support/listedAccount';
import { SeededRandom } from '../../torture/seededRandom';

let listed: ListedAccount;
beforeEach(() => void (listed = new ListedAccount()));
afterEach(async () => await listed.stop());

const node = (parameters: IDataObject = {}, more: Partial<NodeUnderTest> = {}): NodeUnderTest => ({
	node: new FileShot(),
	credentialType: new FileShotApi(),
	credentials: { baseUrl: listed.host.url, apiKey: 'key', linkBaseUrl: 'https://link.test' },
	parameters: {
		resource: 'file',
		operation: 'cleanUp',
		dryRun: false,
		output: 'each',
		...parameters,
	},
	...more,
});

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const header = (ahead: number) => new Date(Date.now() + ahead * 1000).toUTCString();
const old = (fileId: string, more: IDataObject = {}) => ({
	fileId,
	fileName: `${fileId}.txt`,
	createdAt: ago(400 * DAY),
	expiresAt: ago(300 * DAY),
	...more,
});

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

describe('protected names', () => {
	it.each([
		['vertrag', 'VERTRAG.pdf', true],
		['Übergabe', 'u\u0308bergabe.pdf', true],
		['straße', 'HAUPTSTRASSE 7.pdf', true],
		['STRASSE', 'Hauptstraße 7.pdf', true],
		['istanbul', 'İSTANBUL.pdf', true],
		['IĞDIR', 'ığdır.pdf', true],
		['contract', 'ｃｏｎｔｒａｃｔ.pdf', true],
		['a, contract ,b', 'my Contract.pdf', true],
		['保存，合同', '合同.pdf', true],
		['contract', undefined, true],
		['contract', null, true],
		['contract', '', true],
		['contract', 7, true],
		['contract', { text: 'contract' }, true],
		['contract', 'invoice.pdf', false],
	])('with the protected texts “%s”, keeps %j: %s', async (keepIfContains, fileName, isKept) => {
		await listed.start([old('a', { fileName })]);
		const [{ action, reason }] = await runCleanUp(node({ options: { keepIfContains } }));
		expect(action).toBe(isKept ? 'kept' : 'deleted');
		if (isKept) expect(reason).toMatch(/Its name contains|does not report its name/);
		expect(listed.deleted).toEqual(isKept ? [] : ['a']);
	});

	it('keeps a file if any one of its names contains a protected text', async () => {
		await listed.start([old('a', { fileName: 'x.encrypted', originalFileName: 'Contract.pdf' })]);
		await runCleanUp(node({ options: { keepIfContains: 'contract' } }));
		expect(listed.deleted).toEqual([]);
	});

	it('ignores missing names if no texts are protected', async () => {
		await listed.start([old('a', { fileName: undefined }), old('b', { fileName: null })]);
		await runCleanUp(node());
		expect(listed.deleted.sort()).toEqual(['a', 'b']);
	});

	it('compares Name Contains in the same way, and does not match files without a name', async () => {
		const names = { a: 'u\u0308BERSICHT.pdf', b: 'uebersicht', c: undefined, d: 5, e: 'Übersicht' };
		await listed.start(Object.entries(names).map(([id, fileName]) => old(id, { fileName })));
		const items = await runCleanUp(node({ options: { nameContains: 'übersicht' } }));
		expect(listed.deleted.sort()).toEqual(['a', 'e']);
		const kept = items.filter(({ action }) => action === 'kept');
		expect(kept.map(({ fileId, reason }) => [fileId, reason])).toEqual([
			['c', 'The service does not report its name'],
			['d', 'The service does not report its name'],
		]);
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

describe('an ID that the list contains twice', () => {
	it.each([
		['with another expiry', { expiresAt: ago(-DAY) }, false],
		['with another creation', { createdAt: ago(350 * DAY) }, false],
		['with another name', { fileName: 'b.txt' }, false],
		['with another flag', { expired: true }, false],
		['with spaces around it, and another expiry', { fileId: ' a ', expiresAt: ago(-DAY) }, false],
		['with the same details', { downloadCount: 7 }, true],
	])('is deleted only if both entries match: %s', async (_, more, isDeleted) => {
		const others = Array.from({ length: 150 }, (__, n) => old(`x${n}`, { expiresAt: ago(-DAY) }));
		// Once on the same page, once on two pages.
		for (const files of [
			[old('a'), old('a', more)],
			[old('a'), ...others, old('a', more)],
		]) {
			listed = new ListedAccount();
			await listed.start(files);
			const items = await runCleanUp(node());
			const one = items.filter(({ fileId }) => fileId === 'a');
			expect(one).toHaveLength(1);
			if (!isDeleted) {
				expect(one[0].reason).toMatch(/Listed more than once with different details$/);
			}
			expect(listed.deleted).toEqual(isDeleted ? ['a'] : []);
			await listed.stop();
		}
	});
});

describe('Maximum Deletions', () => {
	const items = (count: number): INodeExecutionData[] =>
		Array.from({ length: count }, (_, n) => ({ json: { n } }));

	it('applies to the whole run, not to each input item', async () => {
		await listed.start(Array.from({ length: 30 }, (_, n) => old(`f${n}`)));
		const out = await runCleanUp(node({ maxDeletions: 4 }, { input: items(5) }));
		expect(new Set(listed.deleted).size).toBe(4);
		expect(listed.deleted).toHaveLength(4);
		// The list does not change, so each item reports all files.
		expect(countActions(out)).toEqual({ deleted: 4, kept: 146 });
	});

	it('is the lowest value of the items processed so far', async () => {
		await listed.start(Array.from({ length: 30 }, (_, n) => old(`f${n}`)));
		await runCleanUp(node({ maxDeletions: '={{ 5 - $json.n }}' }, { input: items(3) }));
		expect(listed.deleted).toHaveLength(5);
	});

	it('also applies to a dry run, and counts each ID once', async () => {
		await listed.start(Array.from({ length: 3 }, (_, n) => old(`f${n}`)));
		const out = await runCleanUp(node({ dryRun: true, output: 'summary' }, { input: items(3) }));
		expect(out.map(({ wouldDelete }) => wouldDelete)).toEqual([3, 0, 0]);
	});

	it('continues counting when n8n retries the node', async () => {
		await listed.start(Array.from({ length: 30 }, (_, n) => old(`f${n}`)));
		const run = await runNode(
			node(
				// The second item fails, so n8n runs the node again.
				{ maxDeletions: 4, selection: '={{ $json.n === 1 ? "wrong" : "expired" }}' },
				{ input: items(2), settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 } },
			),
		);
		expect(errorOf(run).message).toContain('Files to Clean Up');
		expect(listed.deleted).toHaveLength(4);
	});

	it('starts again for the next run', async () => {
		await listed.start(Array.from({ length: 30 }, (_, n) => old(`f${n}`)));
		await runCleanUp(node({ maxDeletions: 4 }));
		await runCleanUp(node({ maxDeletions: 4 }));
		expect(listed.deleted).toHaveLength(8);
	});

	it('does not retry an ID that an earlier item failed to delete', async () => {
		const deletions = { a: { status: 500, body: '{}' } };
		await listed.start([old('a')], { deletions });
		const out = await runCleanUp(node({}, { input: items(3) }));
		expect(out.map(({ action }) => action)).toEqual(['failed', 'kept', 'kept']);
		expect(out[1].reason).toMatch(/Already processed by an earlier item of this run$/);
	});
});

describe('responses to deletions', () => {
	const page = { headers: { 'content-type': 'text/html' }, body: '<html>404</html>' };

	it('counts a file as deleted after an HTML page with 404', async () => {
		await listed.start([old('a'), old('b')], { deletions: { a: { status: 404, ...page } } });
		expect(actionsBy('fileId', await runCleanUp(node()))).toEqual({ a: 'gone', b: 'deleted' });
	});

	it('stops the run, including later input items, after an HTML page with 429', async () => {
		const headers = { 'content-type': 'text/html', 'retry-after': '3600' };
		await listed.start([old('a'), old('b')], {
			deletions: { a: { status: 429, headers, body: '<html>slow down</html>' } },
		});
		const options = { deletionsAtOnce: 1 };
		const out = await runCleanUp(node({ options }, { input: [{ json: {} }, { json: {} }] }));
		expect(out.map(({ action }) => action)).toEqual(['failed', 'kept', 'kept', 'kept']);
		expect(out[1].reason).toMatch(/^Skipped because an earlier deletion failed: .*429/);
		expect(out[2].reason).toMatch(/Skipped because an earlier deletion failed: .*429/);
		expect(listed.deleted).toEqual(['a']);
	});
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
