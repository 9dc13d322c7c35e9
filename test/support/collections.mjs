/**
 * Counts V8's collections while chunks pass. In its own process, because the heap of the tests' process depends on other tests.
 * node --import tsx collections.mjs <JSON: groups of chunk lengths in bytes>
 * Prints for each group the collections of the young objects, and the whole ones that began for memory outside of the heap.
 */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { triggerMinorGc } from '../../nodes/shared/files/gcPressure.ts';

let count;
const observer = new PerformanceObserver((list) => {
	for (const { detail } of list.getEntries()) {
		const isForMemory =
			(detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_ALL_EXTERNAL_MEMORY) !== 0;
		if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) count.young++;
		if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR && isForMemory) count.whole++;
	}
});
observer.observe({ entryTypes: ['gc'] });

const counts = [];
for (const chunkLengths of JSON.parse(process.argv[2])) {
	count = { young: 0, whole: 0 };
	for (const length of chunkLengths) triggerMinorGc(length);
	// A major GC continues in the background for a while.
	for (let n = 0; n < 40; n++) await sleep(25);
	counts.push(count);
}
console.log(JSON.stringify(counts));
