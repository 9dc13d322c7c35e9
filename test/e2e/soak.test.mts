import { describe, expect, it } from '@jest/globals';
import { soak } from '../../bench/soak/soak.mts';
import { seed } from '../torture/scale.ts';
import { INSTALL_MS } from './harness.mts';

describe('all nodes in a real n8n at a steady rate, with faults in between', () => {
	it(
		'lose and duplicate nothing, and no execution fails, in two minutes',
		async () => {
			console.log(`Seed ${seed}; again with TORTURE_SEED=${seed}`);
			const lines: string[] = [];
			const log = (line: string) => void lines.push(line);
			const options = { minutes: 2, cycleSeconds: 15, isFilled: false, seed, log };
			const { problems, failures, expected, samples } = await soak(options);
			console.log(lines.join('\n'));
			expect(problems).toEqual({ lost: [], duplicated: [], different: [], unexpected: [] });
			expect(failures).toEqual([]);
			expect(expected).toBeGreaterThan(80);
			expect(samples.at(-1)?.executions).toBeGreaterThan(80);
		},
		INSTALL_MS,
	);
});
