import { type INode, NodeApiError, sleep } from 'n8n-workflow';

import { deleteEach } from '../../../nodes/shared/cleanUp/cleanUp';
import { type CleanUpResult, newCleanUpRun } from '../../../nodes/shared/cleanUp/plan';
import type { ItemContext } from '../../../nodes/shared/node/operation';

const planned = Array.from({ length: 10 }, (_, n): CleanUpResult => ({
	found: { id: String(n), name: `file ${n}`, json: {} },
	fits: n < 8,
	action: n < 8 ? 'wouldDelete' : 'kept',
	reason: n < 8 ? 'Has expired' : 'Does not expire yet',
}));

/** Creates an item of an execution that can be stopped. */
function stoppable() {
	const stop = new AbortController();
	const node = { name: 'Clean Up' } as INode;
	const functions = { getExecutionCancelSignal: () => stop.signal, getNode: () => node };
	return { stop, item: { functions, itemIndex: 0 } as unknown as ItemContext };
}

it.each([1, 3, 20])('deletes at most %i items at the same time', async (atOnce) => {
	let [running, most] = [0, 0];
	const { item } = stoppable();
	const outcomes = await deleteEach(item, planned, atOnce, async () => {
		most = Math.max(most, ++running);
		await sleep(1);
		running--;
	});
	expect(most).toBe(Math.min(atOnce, 8));
	expect(outcomes.map(({ action }) => action)).toEqual([
		...Array.from({ length: 8 }, () => 'deleted'),
		'kept',
		'kept',
	]);
});

it('keeps the items that were not attempted before the execution was stopped, and reports the reason', async () => {
	const { stop, item } = stoppable();
	const outcomes = await deleteEach(item, planned, 1, (_, id) => {
		if (id === '2') stop.abort();
		return Promise.resolve();
	});
	expect(outcomes.map(({ action }) => action)).toEqual([
		...['deleted', 'deleted', 'deleted'],
		...['kept', 'kept', 'kept', 'kept', 'kept', 'kept', 'kept'],
	]);
	expect(outcomes[3].reason).toBe('Skipped because the execution was stopped');
	expect(outcomes[9].reason).toBe('Does not expire yet');
});

/** An error status of the service, as the HTTP layer reports it, also for an HTML page. */
const failure = (httpCode: string) =>
	new NodeApiError({ name: 'Clean Up' } as INode, {}, { httpCode, message: `Status ${httpCode}` });

const actions = async (
	remove: (id: string) => Promise<void>,
	run = newCleanUpRun(),
	atOnce = 1,
) => {
	const { item } = stoppable();
	const outcomes = await deleteEach(item, planned, atOnce, (_, id) => remove(id), run);
	return outcomes.map(({ action }) => action);
};

it.each(['404', '410'])('reports an item as gone after the status %s', async (status) => {
	expect(
		await actions((id) => (id === '2' ? Promise.reject(failure(status)) : Promise.resolve())),
	).toEqual([
		...['deleted', 'deleted', 'gone', 'deleted', 'deleted', 'deleted', 'deleted', 'deleted'],
		...['kept', 'kept'],
	]);
});

it.each(['401', '429'])(
	'ends the run after the status %s, also for later input items',
	async (status) => {
		const run = newCleanUpRun();
		const requested: string[] = [];
		const remove = (id: string) => {
			requested.push(id);
			return id === '2' ? Promise.reject(failure(status)) : Promise.resolve();
		};
		expect(await actions(remove, run)).toEqual([
			...['deleted', 'deleted', 'failed', 'kept', 'kept', 'kept', 'kept', 'kept', 'kept', 'kept'],
		]);
		expect(await actions(remove, run)).toEqual(Array.from({ length: 10 }, () => 'kept'));
		expect(requested).toEqual(['0', '1', '2']);
	},
);

it('deletes no more than the maximum of the run and no ID twice, even if the plan contains more', async () => {
	const run = { ...newCleanUpRun(), most: 5 };
	const requested: string[] = [];
	const remove = (id: string) => {
		requested.push(id);
		return Promise.reject(failure('500'));
	};
	await actions(remove, run, 20);
	run.most = 7;
	await actions(remove, run, 20);
	expect(requested.sort()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
});

it('reports 150,000 deletions', async () => {
	const many = Array.from({ length: 150_000 }, (_, n) => ({
		...planned[0],
		found: { id: `f${n}`, name: 'f', json: {} },
	}));
	const { item } = stoppable();
	const outcomes = await deleteEach(item, many, 1, () => Promise.resolve());
	expect(outcomes.filter(({ action }) => action === 'deleted')).toHaveLength(150_000);
});
