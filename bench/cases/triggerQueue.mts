import { startCluster } from '../../test/scale/cluster.mts';
import type { OwnCase } from '../case.mts';
import { childOf } from '../memory.mts';
import { openReceivers } from '../signedPeers.mts';
import { measure, overall, report } from './trigger.mts';

const WORKERS = 2;
const WEBHOOK_PROCESSES = 2;

export const triggerQueue: OwnCase = {
	title: 'Signed deliveries in queue mode, isolates created on demand',
	async runAlone(log) {
		log('PostgreSQL, Redis and n8n’s processes');
		const lazy = { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' };
		const cluster = await startCluster(WORKERS, WEBHOOK_PROCESSES, lazy);
		try {
			const programs = [cluster.n8n, ...cluster.webhooks, ...cluster.workers];
			const target = {
				environment: cluster,
				pids: programs.map(({ pid }) => childOf(pid)),
				ports: cluster.webhooks.map(({ port }) => port),
			};
			const measured = await measure(target, await openReceivers(target), log);
			return report(measured, {
				method: [
					`n8n’s main process, ${WEBHOOK_PROCESSES} webhook processes, which get the deliveries by turns, and ${WORKERS} workers, with PostgreSQL and Redis on the same machine; the CPU time is that of all n8n processes.`,
				],
				thresholds: [
					overall(measured, 'byHand', 0),
					overall(measured, 'slack', 0),
					overall(measured, 'plain', 0),
				],
			});
		} finally {
			await cluster.stop();
		}
	},
};
