/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { constants, PerformanceObserver } from 'node:perf_hooks';

import { sleep } from 'n8n-workflow';

import { keepGarbageYoung } from '../../../nodes/shared/transfer/youngGarbage';

const MIB = 1024 * 1024;

/** Collections of the young objects while so many bytes pass. */
async function youngCollections(bytes: number): Promise<number> {
	let count = 0;
	const observer = new PerformanceObserver((list) => {
		for (const entry of list.getEntries()) {
			const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
			if (kind === constants.NODE_PERFORMANCE_GC_MINOR) count++;
		}
	});
	observer.observe({ entryTypes: ['gc'] });
	for (let passed = 0; passed < bytes; passed += MIB) keepGarbageYoung(MIB);
	await sleep(50);
	observer.disconnect();
	return count;
}

it('has young objects collected while bytes pass, and leaves the last 96 MiB of 4 GiB to V8', async () => {
	// Twice 64 MiB; the space of young objects has 16 MiB at most.
	expect(await youngCollections(64 * MIB)).toBeGreaterThanOrEqual(4);
	await youngCollections((4096 - 96 - 64) * MIB);
	expect(await youngCollections(95 * MIB)).toBeLessThanOrEqual(1);
	expect(await youngCollections(65 * MIB)).toBeGreaterThanOrEqual(4);
});
