import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../sandbox/n8n/environment.mts';
import { installN8n } from '../../sandbox/n8n/install.mts';
import { type N8nProgram, type RunningN8n, startN8n } from '../../sandbox/n8n/start.mts';
import { startTestSystem, temporaryFolder } from '../e2e/harness.mts';
import { startPostgres, startRedis } from './servers.mts';

/** n8n in queue mode on this machine, with the sandbox. */
export interface Cluster extends Environment {
	/** The processes that receive webhooks; the main process does not. */
	webhooks: RunningN8n[];
	workers: RunningN8n[];
	redisPort: number;
	/** Restarts a webhook process on the same port. */
	restartWebhook(index: number): Promise<void>;
}

/**
 * Starts PostgreSQL, Redis, n8n's main process, its workers and its webhook processes.
 * @param more additional environment variables of all n8n processes
 * @throws {UserError} if one of them is not installed or does not start; leaves nothing running
 */
export async function startCluster(
	workers: number,
	webhooks: number,
	more: Record<string, string> = {},
): Promise<Cluster> {
	const { folder, remove } = temporaryFolder('scale');
	chmodSync(folder, 0o755); // PostgreSQL's user has to pass through it
	const running: Array<() => Promise<void>> = [];
	const stop = async () => {
		for (const end of running.splice(0).reverse()) await end();
		remove();
	};
	try {
		const redis = await startRedis(join(folder, 'redis'));
		running.push(() => redis.stop());
		const postgres = await startPostgres(join(folder, 'postgres'));
		running.push(() => postgres.stop());
		const env = { ...queueMode(postgres.port, redis.port), ...more };
		const environment = await startTestSystem({ env });
		running.push(() => environment.stop());

		const host = await installN8n('newest');
		const userFolder = join(environment.folder, 'n8n');
		const start = async (program: N8nProgram, name: string, port?: number) =>
			await startN8n({
				installation: host,
				program,
				userFolder,
				env,
				log: join(folder, `${name}.log`),
				port,
			});
		const working: RunningN8n[] = [];
		for (let n = 0; n < workers; n++) {
			working.push(await start('worker', `worker${n}`));
			running.push(() => working[n].stop());
		}
		const listening: RunningN8n[] = [];
		for (let n = 0; n < webhooks; n++) {
			listening.push(await start('webhook', `webhook${n}`));
			running.push(() => listening[n].stop());
		}
		const restartWebhook = async (index: number) => {
			const { port } = listening[index];
			await listening[index].stop();
			listening[index] = await start('webhook', `webhook${index}`, port);
		};
		return {
			...environment,
			webhooks: listening,
			workers: working,
			redisPort: redis.port,
			restartWebhook,
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** The settings that all processes of n8n share. */
const queueMode = (postgresPort: number, redisPort: number): Record<string, string> => ({
	EXECUTIONS_MODE: 'queue',
	EXECUTIONS_DATA_PRUNE: 'false',
	DB_TYPE: 'postgresdb',
	DB_POSTGRESDB_HOST: '127.0.0.1',
	DB_POSTGRESDB_PORT: String(postgresPort),
	DB_POSTGRESDB_DATABASE: 'postgres',
	DB_POSTGRESDB_USER: 'n8n',
	DB_POSTGRESDB_PASSWORD: 'none',
	QUEUE_BULL_REDIS_HOST: '127.0.0.1',
	QUEUE_BULL_REDIS_PORT: String(redisPort),
	N8N_ENCRYPTION_KEY: 'a key that all processes share',
});
