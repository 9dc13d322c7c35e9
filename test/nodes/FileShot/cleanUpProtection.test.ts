/** Clean Up keeps files by their names, entries that differ, and files above Maximum Deletions or after an error. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { actionsBy, runCleanUp, DAY, countActions } from '../../support/cleanUp';
import { errorOf, type NodeUnderTest, runNode } from '../../support/engine';
import { ago, cleanUpOf, old } from '../../support/fileShotList';
import { ListedAccount } from '../../support/listedAccount';

let listed: ListedAccount;
beforeEach(() => void (listed = new ListedAccount()));
afterEach(async () => await listed.stop());

const node = (...given: [parameters?: IDataObject, more?: Partial<NodeUnderTest>]) =>
	cleanUpOf(listed, ...given);

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
		['["contract","keep"]', 'my contract.pdf', true],
		['["contract","keep"]', 'keep.pdf', true],
		['={{ JSON.stringify(["contract", "keep"]) }}', 'keep.pdf', true],
		['"contract", “keep”', 'keep.pdf', true],
		['*.contract.pdf', 'a.contract.pdf', true],
		['inv*2025', 'inv-7-2025.pdf', true],
		['- contract\n- keep', 'keep.pdf', true],
		['1. contract\n2. keep', 'keep.pdf', true],
		['contract | keep', 'keep.pdf', true],
		['contract\tkeep', 'keep.pdf', true],
		['- [x] contract\n- [ ] keep', 'keep.pdf', true],
		['a) contract\nb) keep', 'keep.pdf', true],
		['**contract**, #keep', 'keep.pdf', true],
		['contract, keep.', 'keep', true],
		['/keep/i', 'keep.pdf', true],
		['^.*keep.*$', 'keep.pdf', true],
		['%keep%', 'keep.pdf', true],
		['ke?p', 'keep.pdf', true],
		['~$', '~$report.docx', true],
		['~$', 'report.docx', false],
		['-', 'a-b.pdf', true],
		['-', 'ab.pdf', false],
		['["contract","keep"]', 'invoice.pdf', false],
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
