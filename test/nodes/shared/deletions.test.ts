import { type INode, NodeApiError, sleep } from 'n8n-workflow';

import { deleteEach } from '../../../nodes/shared/cleanUp/deletions';
import type { Outcome } from '../../../nodes/shared/cleanUp/outcome';
import { newRun } from '../../../nodes/shared/cleanUp/run';
import type { ItemContext } from '../../../nodes/shared/operation';

const planned = Array.from(
	{ length: 10 },
	(_, n): Outcome => ({
		found: { id: String(n), name: `file ${n}`, json: {} },
		fits: n < 8,
		action: n < 8 ? 'wouldDelete' : 'kept',
		reason: n < 8 ? 'Has expired' : 'Does not expire yet',
	}),
);

/** An item of an execution that can be stopped. */
function stoppable() {
	const stop = new AbortController();
	const node = { name: 'Clean Up' } as INode;
	const functions = { getExecutionCancelSignal: () => stop.signal, getNode: () => node };
	return { stop, item: { functions, itemIndex: 0 } as unknown as ItemContext };
}

it.each([1, 3, 20])('deletes %i at the same time, and no more', async (atOnce) => {
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

it('what was not tried, because the execution was stopped, is kept and says so', async () => {
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

/** A failure of the service with a status, as the HTTP layer makes it also of an HTML page. */
const failure = (httpCode: string) =>
	new NodeApiError({ name: 'Clean Up' } as INode, {}, { httpCode, message: `Answer ${httpCode}` });

const actions = async (remove: (id: string) => Promise<void>, run = newRun(), atOnce = 1) => {
	const { item } = stoppable();
	const outcomes = await deleteEach(item, planned, atOnce, (_, id) => remove(id), run);
	return outcomes.map(({ action }) => action);
};

it.each(['404', '410'])('%s means that it is gone', async (status) => {
	expect(
		await actions((id) => (id === '2' ? Promise.reject(failure(status)) : Promise.resolve())),
	).toEqual([
		...['deleted', 'deleted', 'gone', 'deleted', 'deleted', 'deleted', 'deleted', 'deleted'],
		...['kept', 'kept'],
	]);
});

it.each(['401', '429'])('%s ends the run, for the items to come as well', async (status) => {
	const run = newRun();
	const asked: string[] = [];
	const remove = (id: string) => {
		asked.push(id);
		return id === '2' ? Promise.reject(failure(status)) : Promise.resolve();
	};
	expect(await actions(remove, run)).toEqual([
		...['deleted', 'deleted', 'failed', 'kept', 'kept', 'kept', 'kept', 'kept', 'kept', 'kept'],
	]);
	expect(await actions(remove, run)).toEqual(Array.from({ length: 10 }, () => 'kept'));
	expect(asked).toEqual(['0', '1', '2']);
});

it('whatever the plan says, no more than the maximum of the run and no ID twice', async () => {
	const run = { ...newRun(), most: 5 };
	const asked: string[] = [];
	const remove = (id: string) => {
		asked.push(id);
		return Promise.reject(failure('500'));
	};
	await actions(remove, run, 20);
	run.most = 7;
	await actions(remove, run, 20);
	expect(asked.sort()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
});

it('150,000 deletions end in a report', async () => {
	const many = Array.from({ length: 150_000 }, (_, n) => ({
		...planned[0],
		found: { id: `f${n}`, name: 'f', json: {} },
	}));
	const { item } = stoppable();
	const outcomes = await deleteEach(item, many, 20, () => Promise.resolve());
	expect(outcomes.filter(({ action }) => action === 'deleted')).toHaveLength(150_000);
});
