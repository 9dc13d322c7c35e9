import { sleep } from 'n8n-workflow';

import { deleteEach } from '../../../nodes/shared/cleanUp/deletions';
import type { CleanUpResult } from '../../../nodes/shared/cleanUp/types';
import type { ItemContext } from '../../../nodes/shared/operation';

const planned = Array.from(
	{ length: 10 },
	(_, n): CleanUpResult => ({
		found: { id: String(n), name: `file ${n}`, inScope: true, json: {} },
		fits: n < 8,
		action: n < 8 ? 'wouldDelete' : 'kept',
		reason: n < 8 ? 'It has expired' : 'It expires later',
	}),
);

/** An item of an execution that can be stopped. */
function stoppable() {
	const stop = new AbortController();
	const functions = { getExecutionCancelSignal: () => stop.signal };
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
	expect(outcomes[3].reason).toBe('Not tried');
	expect(outcomes[9].reason).toBe('It expires later');
});
