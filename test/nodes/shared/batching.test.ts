import { sleep } from 'n8n-workflow';

import { mapInBatches } from '../../../nodes/shared/node/batching';
import { useRealWaits } from '../../support/waits';

useRealWaits();

it('processes several items concurrently and keeps their order', async () => {
	let running = 0;
	let most = 0;
	const results = await mapInBatches(20, { itemsAtOnce: 4 }, undefined, async (index) => {
		most = Math.max(most, ++running);
		await sleep(Math.random() * 10);
		running--;
		return index;
	});
	expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index));
	expect(most).toBe(4);
});

it('finishes a batch and waits before the next one starts, if a pause is set', async () => {
	const starts: number[] = [];
	await mapInBatches(4, { itemsAtOnce: 2, pauseBetween: 100 }, undefined, async () => {
		starts.push(Date.now());
		await sleep(1);
	});
	expect(starts[2] - starts[1]).toBeGreaterThanOrEqual(100);
});

it('starts no further item after a failure, and throws the error of the first failed item', async () => {
	const started: number[] = [];
	const work = async (index: number) => {
		started.push(index);
		await sleep(index === 0 ? 30 : 5);
		if (index < 2) throw new Error(`item ${index}`);
		return index;
	};
	await expect(mapInBatches(10, { itemsAtOnce: 2 }, undefined, work)).rejects.toThrow('item 0');
	expect(started).toEqual([0, 1]);
});

it('starts no further item after the execution is stopped', async () => {
	const stop = new AbortController();
	const started: number[] = [];
	await mapInBatches(10, { itemsAtOnce: 1 }, stop.signal, async (index) => {
		started.push(index);
		if (index === 2) stop.abort();
		await sleep(1);
	});
	expect(started).toEqual([0, 1, 2]);
});

it.each([0, 1])('processes %i items', async (count) => {
	expect(await mapInBatches(count, {}, undefined, (index) => Promise.resolve(index))).toHaveLength(
		count,
	);
});
