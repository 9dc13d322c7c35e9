/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { isDeepStrictEqual } from 'node:util';

import type { CleanUpSettings, ResourceLabels } from '../../../nodes/shared/cleanUp/fields';
import { readClock, type CleanUpItem, readCleanUpList } from '../../../nodes/shared/cleanUp/list';
import {
	type CleanUpResult,
	newCleanUpRun,
	planDeletions,
} from '../../../nodes/shared/cleanUp/plan';
import { readExpiryDates } from '../../../nodes/shared/cleanUp/expiry';
import { report } from '../../../nodes/shared/cleanUp/report';
import {
	account,
	dateHeader,
	deletable,
	type ModelItem,
	timesThatCount,
	criteria,
	written,
} from '../../support/cleanUpModel';
import { SeededRandom } from '../../torture/seededRandom';
import { scaled } from '../../torture/scale';

const NOW = Date.parse('2030-06-01T12:00:00Z');

const foundFor = (one: ModelItem): CleanUpItem => ({
	id: one.id,
	name: one.name,
	...readExpiryDates([one.created.value], [one.expires.value]),
	isOver: one.isOver,
	isUsedUp: one.isUsedUp,
	isWithin: () => one.isWithin ?? 'The service does not say',
	scoped: [String(one.isWithin)],
	json: { n: Math.random() },
});

/** Reads the items as a list with pages of three. */
const listed = async (things: readonly ModelItem[], date: unknown) =>
	await readCleanUpList(0, (start) =>
		Promise.resolve({
			items: things.slice(start, start + 3).map(foundFor),
			next: start + 3 < things.length ? start + 3 : undefined,
			date,
		}),
	);

const plannedIn = (outcomes: CleanUpResult[]) =>
	outcomes.filter(({ action }) => action === 'wouldDelete').map(({ found }) => found.id!.trim());

beforeEach(() => void jest.spyOn(Date, 'now').mockReturnValue(NOW));
afterEach(() => void jest.restoreAllMocks());

describe.each(['expired', 'expiring', 'olderThan'] as const)('the plan for %s', (selection) => {
	it('contains exactly the items that a simple model would delete', async () => {
		const random = new SeededRandom(1);
		let most = 0;
		for (let n = 0; n < scaled(3000, 1000); n++) {
			const things = account(random, NOW, random.whole(0, 12));
			const header = dateHeader(random, NOW);
			const trustsService = random.next() < 0.2;
			const wanted = { ...criteria(random), selection };
			const { found, readings } = await listed(things, header.value);
			const clock = readClock('Service', readings, trustsService);
			const outcomes = planDeletions(
				found,
				clock,
				{
					rule: wanted,
					keepIfContains: wanted.protectedWords.map((word) => written(random, word)),
					label: 'name',
				},
				{ ...newCleanUpRun(), most: Infinity },
			);
			const times = timesThatCount(header, NOW, trustsService);
			const expected = deletable(things, wanted, times).map(({ id }) => id!.trim());
			const isExplained = outcomes.every(({ reason }) => reason.length > 10);
			const result = { planned: plannedIn(outcomes).sort(), isExplained };
			const model = { planned: expected.sort(), isExplained: true };
			// Comparing each time with Jest would take longer than the plans.
			if (!isDeepStrictEqual(result, model)) {
				const context = { n, header, trustsService, wanted, things };
				expect({ ...context, ...result }).toEqual({ ...context, ...model });
			}
			most = Math.max(most, expected.length);
		}
		// Without a case with deletions, a plan that keeps everything would pass.
		expect(most).toBeGreaterThan(1);
	});
});

it('input items of a run share the maximum of deletions, and never plan an ID twice', async () => {
	const random = new SeededRandom(2);
	const totals = new Set<number>();
	for (let n = 0; n < scaled(2000, 500); n++) {
		const run = newCleanUpRun();
		const taken: string[] = [];
		let most = Infinity;
		for (let item = 0; item < 3; item++) {
			const things = account(random, NOW, random.whole(0, 20));
			const { found, readings } = await listed(things, new Date(NOW).toUTCString());
			most = Math.min(most, random.whole(1, 6));
			run.most = most;
			const settings = { rule: criteria(random), keepIfContains: [], label: 'name' };
			const planned = plannedIn(
				planDeletions(found, readClock('S', readings, false), settings, run),
			);
			for (const id of planned) run.taken.add(id);
			run.used += planned.length;
			taken.push(...planned);
		}
		expect(new Set(taken).size).toBe(taken.length);
		totals.add(taken.length);
		expect(run.used).toBeLessThanOrEqual(6);
		expect(taken.length).toBe(run.used);
	}
	expect(Math.max(...totals)).toBe(6);
});

it('plans the oldest items if more than the maximum match', async () => {
	const random = new SeededRandom(3);
	for (let n = 0; n < scaled(500, 200); n++) {
		const things = account(random, NOW, 20);
		const { found, readings } = await listed(things, new Date(NOW).toUTCString());
		const settings = {
			rule: { selection: 'olderThan', span: 3_600_000 } as const,
			keepIfContains: [],
			label: 'name',
		};
		const run = { ...newCleanUpRun(), most: 2 };
		const outcomes = planDeletions(found, readClock('S', readings, false), settings, run);
		const datesBy = (test: (one: CleanUpResult) => boolean) =>
			outcomes.filter(test).map((one) => one.found.createdAt!);
		const planned = datesBy(({ action }) => action === 'wouldDelete');
		const beyond = datesBy(({ reason }) => /Over the limit of 2 deletions per run$/.test(reason));
		expect(planned.length).toBeLessThanOrEqual(2);
		if (beyond.length > 0) {
			expect(planned).toHaveLength(2);
			expect(Math.max(...planned)).toBeLessThanOrEqual(Math.min(...beyond));
		}
	}
});

it('plans 150,000 files within the time limit of a test, and reports them as a summary', async () => {
	const things = Array.from({ length: 150_000 }, (_, n) => ({
		id: `f${n}`,
		name: `file ${n}`,
		...readExpiryDates(['2020-01-01'], ['2020-02-01']),
		json: {},
	}));
	const { found, readings } = await readCleanUpList(0, (start) =>
		Promise.resolve({
			items: things.slice(start, start + 100),
			next: start + 100 < things.length ? start + 100 : undefined,
			date: new Date(NOW).toUTCString(),
		}),
	);
	expect(found).toHaveLength(150_000);
	const settings = {
		rule: { selection: 'expired', span: 0 } as const,
		keepIfContains: ['contract', 'keep'],
		label: 'name',
	};
	const run = { ...newCleanUpRun(), most: 140_000 };
	const clock = readClock('S', readings, false);
	const outcomes = planDeletions(found, clock, settings, run);
	expect(plannedIn(outcomes)).toHaveLength(140_000);
	const labels = { service: 'S', kind: { noun: 'file', label: 'name' } as ResourceLabels };
	const wanted = { output: 'summary', dryRun: true } as CleanUpSettings;
	expect(report(labels, wanted, clock, outcomes)).toMatchObject({
		json: { found: 150_000, wouldDelete: 140_000, kept: 10_000 },
	});
});
