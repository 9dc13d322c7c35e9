import { actionsBy, cleaned, DAY, deletionsIn, pass, tally } from '../../support/cleanUp';
import { errorOf, runNode } from '../../support/engine';
import { fileShotCleanUp } from '../../support/fileShotCleanUp';

const { cleanUp, filesThere, left, node, sandbox } = fileShotCleanUp();

describe('when things go wrong', () => {
	let ids: Record<string, string>;
	beforeEach(async () => {
		ids = await filesThere({ a: 1, b: 1, c: 1 });
		await pass(sandbox, 2 * DAY);
	});
	const fault = async (kind: object, more: object = {}) =>
		await sandbox.fault({ service: 'fileShot', method: 'DELETE', ...more, fault: kind });

	it('one failing deletion stops no other, and is told', async () => {
		await fault({ type: 'status', status: 500 }, { path: `/api/files/${ids.b}` });
		const items = await cleanUp({ dryRun: false, options: { deletionsAtOnce: 1 } });
		expect(actionsBy('fileName', items)).toEqual({ a: 'deleted', b: 'failed', c: 'deleted' });
		const failed = items.find(({ action }) => action === 'failed')!;
		expect(failed.reason).toBe('FileShot answered 500: Internal server error');
		expect(failed.details).toContain('Try again later');
		expect(await left()).toEqual(['b']);
	});

	it.each([404, 410])('a file that vanished meanwhile is no failure: %i', async (status) => {
		// As if somebody else were quicker: the list still has it.
		await fault({ type: 'status', status }, { path: `/api/files/${ids.a}` });
		const items = await cleanUp({ dryRun: false });
		expect(actionsBy('fileName', items)).toEqual({ a: 'gone', b: 'deleted', c: 'deleted' });
	});

	it('the bytes of the summary are those that this run has set free', async () => {
		await fault({ type: 'status', status: 404 }, { path: `/api/files/${ids.a}` });
		await fault({ type: 'status', status: 500 }, { path: `/api/files/${ids.b}` });
		const [summary] = await cleanUp({ dryRun: false, output: 'summary' });
		expect(summary).toMatchObject({ selected: 3, deleted: 1, gone: 1, failed: 1, bytes: 1 });
	});

	it('several input items delete each file once, and neither fails', async () => {
		const input = [{ json: {} }, { json: {} }];
		const items = await cleaned({ ...node({ dryRun: false }), input });
		expect(tally(items)).toEqual({ deleted: 3 });
		expect(await left()).toEqual([]);
		expect(await deletionsIn(sandbox)).toHaveLength(3);
	});

	it('a 429 in the middle is waited for', async () => {
		const rule = { nth: 2 };
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '1' } }, rule);
		expect(tally(await cleanUp({ dryRun: false }))).toEqual({ deleted: 3 });
		expect((await deletionsIn(sandbox)).map(({ status }) => status).sort()).toEqual([
			200, 200, 200, 429,
		]);
	});

	it('a 429 that asks for an hour ends the deletions: the rest is kept and says why', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '3600' } }, { nth: 2 });
		const items = await cleanUp({ dryRun: false, options: { deletionsAtOnce: 1 } });
		expect(items.map(({ action }) => action)).toEqual(['deleted', 'failed', 'kept']);
		expect(items[1].details).toMatch(/^The service asks to come back at /);
		expect(items[2].reason).toMatch(/^Not tried, .*FileShot answered 429/);
		expect(await deletionsIn(sandbox)).toHaveLength(2);
	});

	it('a deletion whose answer is lost counts as done', async () => {
		await fault({ type: 'resetAfterBody' }, { nth: 1 });
		expect(tally(await cleanUp({ dryRun: false }))).toEqual({ deleted: 3 });
		expect(await left()).toEqual([]);
	});

	it('without the list nothing is deleted', async () => {
		await sandbox.fault({ service: 'fileShot', method: 'GET', fault: { type: 'html' } });
		errorOf(await runNode(node({ dryRun: false })));
		expect(await deletionsIn(sandbox)).toEqual([]);
	});

	it('the key appears nowhere', async () => {
		await fault({ type: 'status', status: 500 });
		const { apiKey } = sandbox.info.services.fileShot.credentials;
		expect(JSON.stringify(await cleanUp({ dryRun: false }))).not.toContain(apiKey);
	});
});
