import { describe, expect, it } from '@jest/globals';
import { Ledger } from '../../bench/soak/ledger.mts';
import { fitLine } from '../../bench/soak/regression.mts';
import { findingsOf } from '../../bench/soak/findings.mts';
import type { Sample } from '../../bench/soak/samples.mts';
import type { SoakResult } from '../../bench/soak/soak.mts';
import { SeededRandom } from '../torture/seededRandom.ts';

describe('the slope of a line', () => {
	it('is exact, with an empty confidence interval, for points on a line', () => {
		const points = Array.from({ length: 20 }, (_, x) => [x, 3 + 2 * x] as const);
		const { slope, low, high } = fitLine(points);
		expect([slope, low, high].map((one) => Number(one.toFixed(9)))).toEqual([2, 2, 2]);
	});

	it('has the confidence interval of a textbook example', () => {
		// Anscombe's first data set: slope 0.5001, standard error 0.1179, t(9) = 2.262.
		const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
		const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
		const { slope, low, high } = fitLine(x.map((one, n) => [one, y[n]] as const));
		expect(slope).toBeCloseTo(0.5001, 4);
		expect(low).toBeCloseTo(0.2333, 2);
		expect(high).toBeCloseTo(0.7669, 2);
	});

	it('is within the confidence interval in about 95 of 100 series without a slope, also of a random walk that returns', () => {
		const chance = new SeededRandom(7);
		const contains = Array.from({ length: 400 }, () => {
			let level = 0;
			const points = Array.from({ length: 50 }, (_, x) => {
				level = 0.6 * level + chance.next() - 0.5;
				return [x, level] as const;
			});
			const { low, high } = fitLine(points);
			return low <= 0 && high >= 0;
		});
		expect(contains.filter(Boolean).length / contains.length).toBeGreaterThan(0.88);
	});
});

describe('the ledger', () => {
	it('reports what is lost, duplicated, different and not expected', () => {
		const ledger = new Ledger();
		for (const key of ['good', 'lost', 'twice']) ledger.expect(key);
		ledger.expect('hash', 'a');
		ledger.arrive('good', 'any');
		ledger.arrive('twice');
		ledger.arrive('twice');
		ledger.arrive('hash', 'b');
		ledger.arrive('stranger');
		expect(ledger.problems()).toEqual({
			lost: ['lost'],
			duplicated: ['twice'],
			different: ['hash'],
			unexpected: ['stranger'],
		});
	});
});

describe('the findings of a soak test', () => {
	const sample = (minute: number, resident: number): Sample => ({
		...{ minute, resident, heap: 100, external: 10, resources: 50, descriptors: 40 },
		...{ storage: 10, database: 5, staticData: 200, executions: minute * 40 },
		staticDataOf: {},
	});
	const result = (resident: (minute: number) => number): SoakResult => ({
		startedAt: '2026-01-01T00:00:00.000Z',
		minutes: 60,
		samples: Array.from({ length: 61 }, (_, n) => sample(n, resident(n))),
		expected: 100,
		problems: { lost: [], duplicated: [], different: [], unexpected: [] },
		failures: [],
		faults: {},
		delays: { median: 1000, maximum: 5000 },
	});
	const missed = (one: SoakResult) =>
		findingsOf(one, 15)
			.thresholds.filter(({ met }) => !met)
			.map(({ wanted }) => wanted);

	it('miss no threshold if nothing grows, whatever happens while n8n warms up', () => {
		expect(
			missed(result((minute) => (minute < 15 ? 400 + 10 * minute : 550 + (minute % 3)))),
		).toEqual([]);
	});

	it('miss the threshold of a memory that grows by a MiB per ten minutes', () => {
		expect(missed(result((minute) => 500 + minute / 10 + (minute % 3) / 10))).toEqual([
			expect.stringContaining('resident memory'),
		]);
	});

	it('miss the threshold of a lost report', () => {
		const lossy = result(() => 500);
		lossy.problems.lost.push('fileShot.polled m0001-c1.bin');
		expect(missed(lossy)).toEqual(['0 lost']);
	});
});
