import { traceAllocationSites } from '../../support/processes';

it('V8 does not pretenure the write-queue entries of streams, even if the first of them survive', () => {
	expect(traceAllocationSites().filter((made) => made >= 400)).toEqual([]);
	const warmedUp = traceAllocationSites('nodes/shared/files/gcPressure.ts');
	// The entry and the array that contains it.
	expect(warmedUp.filter((made) => made >= 400)).toHaveLength(2);
});
