import {
	actionsBy,
	runCleanUp,
	DAY,
	deletionsIn,
	advanceClock,
	countActions,
} from '../../support/cleanUp';
import { errorOf, runNode } from '../../support/engine';
import { fileShotCleanUp } from '../../support/fileShotCleanUp';

const { cleanUp, filesThere, left, node, sandbox } = fileShotCleanUp();

describe('Clean Up errors', () => {
	let ids: Record<string, string>;
	beforeEach(async () => {
		ids = await filesThere({ a: 1, b: 1, c: 1 });
		await advanceClock(sandbox, 2 * DAY);
	});
	const fault = async (kind: object, more: object = {}) =>
		await sandbox.fault({ service: 'fileShot', method: 'DELETE', ...more, fault: kind });

	it('reports a failed deletion and continues with the other files', async () => {
		await fault({ type: 'status', status: 500 }, { path: `/api/files/${ids.b}` });
		const items = await cleanUp({ dryRun: false, options: { deletionsAtOnce: 1 } });
		expect(actionsBy('name', items)).toEqual({ a: 'deleted', b: 'failed', c: 'deleted' });
		const failed = items.find(({ action }) => action === 'failed')!;
		expect(failed.reason).toBe('FileShot responded with 500: Internal server error');
		expect(failed.details).toContain('Try again later');
		expect(await left()).toEqual(['b']);
	});

	it.each([404, 410])(
		'does not count a file that no longer exists as a failure (%i)',
		async (status) => {
			// Another client deleted the file, but the list still contains it.
			await fault({ type: 'status', status }, { path: `/api/files/${ids.a}` });
			const items = await cleanUp({ dryRun: false });
			expect(actionsBy('name', items)).toEqual({ a: 'gone', b: 'deleted', c: 'deleted' });
		},
	);

	it('reports in the summary only the bytes that this run has freed', async () => {
		await fault({ type: 'status', status: 404 }, { path: `/api/files/${ids.a}` });
		await fault({ type: 'status', status: 500 }, { path: `/api/files/${ids.b}` });
		const [summary] = await cleanUp({ dryRun: false, output: 'summary' });
		expect(summary).toMatchObject({ selected: 3, deleted: 1, gone: 1, failed: 1, bytes: 1 });
	});

	it('deletes each file once if several input items select it', async () => {
		const input = [{ json: {} }, { json: {} }];
		const items = await runCleanUp({ ...node({ dryRun: false }), input });
		expect(countActions(items)).toEqual({ deleted: 3 });
		expect(await left()).toEqual([]);
		expect(await deletionsIn(sandbox)).toHaveLength(3);
	});

	it('waits after a 429 and continues', async () => {
		const rule = { nth: 2 };
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '1' } }, rule);
		expect(countActions(await cleanUp({ dryRun: false }))).toEqual({ deleted: 3 });
		expect((await deletionsIn(sandbox)).map(({ status }) => status).sort()).toEqual([
			200, 200, 200, 429,
		]);
	});

	it('stops deleting after a 429 that requires an hour of waiting, and reports why the other files are kept', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '3600' } }, { nth: 2 });
		const items = await cleanUp({ dryRun: false, options: { deletionsAtOnce: 1 } });
		expect(items.map(({ action }) => action)).toEqual(['deleted', 'failed', 'kept']);
		expect(items[1].details).toMatch(/^The service asks clients to wait until /);
		expect(items[2].reason).toMatch(
			/^Skipped because an earlier deletion failed: .*FileShot responded with 429/,
		);
		expect(await deletionsIn(sandbox)).toHaveLength(2);
	});

	it('counts a deletion as successful if only its response was lost', async () => {
		await fault({ type: 'resetAfterBody' }, { nth: 1 });
		expect(countActions(await cleanUp({ dryRun: false }))).toEqual({ deleted: 3 });
		expect(await left()).toEqual([]);
	});

	it('deletes nothing if the list cannot be read', async () => {
		await sandbox.fault({ service: 'fileShot', method: 'GET', fault: { type: 'html' } });
		errorOf(await runNode(node({ dryRun: false })));
		expect(await deletionsIn(sandbox)).toEqual([]);
	});

	it('does not output the API key anywhere', async () => {
		await fault({ type: 'status', status: 500 });
		const { apiKey } = sandbox.info.services.fileShot.credentials;
		expect(JSON.stringify(await cleanUp({ dryRun: false }))).not.toContain(apiKey);
	});
});
