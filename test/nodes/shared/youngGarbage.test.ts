/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { constants, PerformanceObserver } from 'node:perf_hooks';

import { sleep } from 'n8n-workflow';

import { keepGarbageYoung } from '../../../nodes/shared/transfer/youngGarbage';

const MIB = 1024 * 1024;

/** V8's collections while the chunks pass: of the young objects, and of all that began for the memory outside of the heap. */
async function collections(...chunkLengths: number[]) {
	const count = { young: 0, all: 0 };
	const observer = new PerformanceObserver((list) => {
		for (const entry of list.getEntries()) {
			const { kind, flags } = (entry as unknown as { detail: { kind: number; flags: number } })
				.detail;
			if (kind === constants.NODE_PERFORMANCE_GC_MINOR) count.young++;
			const isForMemory = (flags & constants.NODE_PERFORMANCE_GC_FLAGS_ALL_EXTERNAL_MEMORY) !== 0;
			if (kind === constants.NODE_PERFORMANCE_GC_MAJOR && isForMemory) count.all++;
		}
	});
	observer.observe({ entryTypes: ['gc'] });
	for (const length of chunkLengths) keepGarbageYoung(length);
	// A whole collection goes on beside the program for a while.
	for (let n = 0; n < 20; n++) await sleep(25);
	observer.disconnect();
	return count;
}

const mebibytes = (count: number) => new Array<number>(count).fill(MIB);

it('has young objects collected while bytes pass, and everything after 384 MiB and once in 4 GiB', async () => {
	// Three times 31 MiB are allocated; the space of young objects has 16 MiB here.
	const start = await collections(...mebibytes(31));
	expect(start.young).toBeGreaterThanOrEqual(4);
	expect(start.all).toBe(0);
	// A chunk as no stream has one, for the sake of a short test.
	expect((await collections(352 * MIB)).all).toBe(0);
	expect((await collections(MIB)).all).toBe(1);

	const goingOn = await collections(...mebibytes(31));
	expect(goingOn.young).toBeGreaterThanOrEqual(4);
	expect(goingOn.all).toBe(0);

	expect((await collections(4000 * MIB)).all).toBe(0);
	expect((await collections(66 * MIB)).all).toBe(1);
	expect((await collections(66 * MIB)).all).toBe(0);
});
