import { statSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage } from '../../sandbox/n8n/buildPackage.mts';
import { describeInstallation } from '../../sandbox/n8n/versions.mts';
import { atMost, type Case, median } from '../case.mts';
import { loadTime } from '../programs.mts';

/** Number of processes; each loads the package once. */
const ROUNDS = 7;

export const load: Case = {
	title: 'Loading and size of the package',
	async run({ folder }) {
		const { folder: host } = describeInstallation('newest');
		const modules = join(folder, 'n8n', '.n8n', 'nodes', 'node_modules');
		const times: Array<{ elapsed: number; cpu: number }> = [];
		for (let round = 0; round < ROUNDS; round++) {
			times.push(await loadTime(host, join(modules, 'n8n-nodes-file-delivery')));
		}
		const elapsed = times.map((time) => time.elapsed);
		const cpu = median(times.map((time) => time.cpu));
		const packed = statSync(await buildPackage()).size;
		return {
			method: [
				`n8n’s PackageDirectoryLoader on the installed package, all nodes and credentials, in a new process each time; the median of ${ROUNDS}.`,
			],
			table: {
				head: ['', ''],
				rows: [
					['load time, ms', median(elapsed).toFixed(0)],
					[
						'fastest and slowest, ms',
						`${Math.min(...elapsed).toFixed(0)}–${Math.max(...elapsed).toFixed(0)}`,
					],
					['CPU time, ms', cpu.toFixed(0)],
					['packed, kB', (packed / 1000).toFixed(0)],
				],
			},
			thresholds: [atMost('loaded with 50 ms of CPU time', 50, cpu, 'ms')],
		};
	},
};
