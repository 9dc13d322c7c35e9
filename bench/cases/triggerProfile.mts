import type { Bench, Findings, OwnCase } from '../case.mts';
import { timeByPart } from '../cpuProfile.mts';
import { deliverRound } from '../deliveryRounds.mts';
import { withEnvironment } from '../environment.mts';
import { Probe } from '../probe.mts';
import { openReceivers, type ReceiverName, RECEIVERS } from '../signedPeers.mts';

const LOAD = { bytes: 8 * 1024, parallel: 5, deliveries: 120 };
/** Milliseconds below which a part is not listed. */
const MIN_SHARE = 0.5;

const NAMES = Object.keys(RECEIVERS) as ReceiverName[];

/** Where n8n spends its time on a delivery, with its default settings. */
export const triggerProfile = profileCase('What limits signed deliveries', {});

export const triggerProfileLazy = profileCase(
	'What limits signed deliveries, isolates created on demand',
	{ N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
);

/** @param env the settings of n8n */
function profileCase(title: string, env: Record<string, string>): OwnCase {
	return { title, runAlone: async (log) => await profileReceivers(env, log) };
}

async function profileReceivers(env: Record<string, string>, log: Bench['log']): Promise<Findings> {
	const probe = new Probe();
	try {
		return await withEnvironment({ ...probe.env, ...env }, log, async (bench) => {
			const { environment, n8nPid } = bench;
			const target = { environment, pids: [n8nPid] };
			const receivers = await openReceivers(bench);
			const parts = new Map<string, Shares>();
			for (const name of NAMES) {
				// Warm up: the first executions load and compile code.
				await deliverRound(target, receivers[name], LOAD);
				log(`profile of ${RECEIVERS[name]}`);
				const profile = await probe.profile(n8nPid, () =>
					deliverRound(target, receivers[name], LOAD),
				);
				for (const [part, milliseconds] of timeByPart(profile)) {
					const share = milliseconds / LOAD.deliveries;
					parts.set(part, { ...parts.get(part), [name]: share });
				}
			}
			return {
				method: [
					`V8’s CPU profile of n8n’s main thread during ${LOAD.deliveries} deliveries of ${LOAD.bytes / 1024} KiB to each receiver, ${LOAD.parallel} in parallel, until their executions have ended: milliseconds per delivery. Built-in functions count for the part that calls them.`,
				],
				table: {
					head: ['CPU time per delivery, ms', ...NAMES.map((name) => RECEIVERS[name])],
					rows: [...parts, ['together', sumsOf(parts)] as const]
						.filter(([, of]) => NAMES.some((name) => (of[name] ?? 0) >= MIN_SHARE))
						.map(([part, of]) => [part, ...NAMES.map((name) => (of[name] ?? 0).toFixed(1))]),
				},
				thresholds: [],
			};
		});
	} finally {
		probe.remove();
	}
}

type Shares = Partial<Record<ReceiverName, number>>;

const sumsOf = (parts: ReadonlyMap<string, Shares>): Shares =>
	Object.fromEntries(
		NAMES.map((name) => [name, [...parts.values()].reduce((sum, of) => sum + (of[name] ?? 0), 0)]),
	);
