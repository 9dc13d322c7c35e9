import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../../sandbox/system/repository.mjs';
import { atLeast, type Case, type Findings, MIB, median, type Threshold } from '../case.mts';
import { deliverRound, type Load, type Round, type Target } from '../deliveryRounds.mts';
import { openReceivers, type Receiver, type ReceiverName, RECEIVERS } from '../signedPeers.mts';

/** FILE_DELIVERY_BENCH_ROUNDS shortens a trial. */
const ROUNDS = Number(process.env.FILE_DELIVERY_BENCH_ROUNDS ?? 5);
const SIZES = [1024, 8 * 1024];
const PARALLEL = [1, 5, 20];
/** Deliveries per round. */
const DELIVERIES = 60;

const NAMES = Object.keys(RECEIVERS) as ReceiverName[];

/** n8n's default configuration. */
export const trigger: Case = {
	title: 'Signed deliveries',
	run: async (bench) => {
		const target = { environment: bench.environment, pids: [bench.n8nPid] };
		const measured = await measure(target, await openReceivers(bench), bench.log);
		return report(measured, {
			method: [
				'n8n evaluates expressions in isolates of their own. It makes one for each execution; for every webhook of another node than its own Webhook node one more, used or not; and one more when a webhook node reads a credential.',
				'Verification: the function that the triggers call, on the Node.js of the benchmark.',
			],
			rows: [
				['verification at 1 KiB, µs', '', '', verification(1024, 20_000).toFixed(1)],
				['verification at 1 MiB, µs', '', '', verification(MIB, 200).toFixed(0)],
			],
			thresholds: [
				overall(measured, 'slack', 1.3),
				{
					...overall(measured, 'byHand', 0),
					wanted: 'without a target: × of the workflow by hand',
				},
			],
		});
	},
};

/** Isolates are created on demand, when an expression needs one. */
export const triggerLazy: Case = {
	title: 'Signed deliveries, isolates created on demand',
	env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
	run: async (bench) => {
		const target = { environment: bench.environment, pids: [bench.n8nPid] };
		const measured = await measure(target, await openReceivers(bench), bench.log);
		return report(measured, {
			method: [
				'The same with N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE=true, so that n8n makes no isolate for a delivery in which no expression is evaluated.',
			],
			thresholds: [
				overall(measured, 'byHand', 3),
				overall(measured, 'slack', 3),
				overall(measured, 'plain', 0.95),
			],
		});
	},
};

/** The medians of a contender's rounds, by load. */
type Measured = Map<Load, Record<ReceiverName, Round>>;

/** Measures each receiver under each load, in rounds in which they take turns. */
export async function measure(
	target: Target,
	receivers: Record<ReceiverName, Receiver>,
	log: (line: string) => void,
): Promise<Measured> {
	const measured: Measured = new Map();
	for (const name of NAMES) {
		await deliverRound(target, receivers[name], { bytes: 1024, parallel: 5, deliveries: 20 });
	}
	for (const bytes of SIZES) {
		for (const parallel of PARALLEL) {
			const load = { bytes, parallel, deliveries: DELIVERIES };
			const rounds = Object.fromEntries(NAMES.map((name) => [name, [] as Round[]]));
			for (let n = 1; n <= ROUNDS; n++) {
				log(`${bytes / 1024} KiB, ${parallel} in parallel, round ${n} of ${ROUNDS}`);
				for (const name of NAMES) {
					rounds[name].push(await deliverRound(target, receivers[name], load));
				}
			}
			const medians = NAMES.map((name) => [name, medianOf(rounds[name])]);
			measured.set(load, Object.fromEntries(medians) as Record<ReceiverName, Round>);
		}
	}
	return measured;
}

const medianOf = (rounds: readonly Round[]): Round => ({
	responses: median(rounds.map(({ responses }) => responses)),
	completed: median(rounds.map(({ completed }) => completed)),
	cpu: median(rounds.map(({ cpu }) => cpu)),
});

const loadName = ({ bytes, parallel }: Load) => `${bytes / 1024} KiB, ${parallel} in parallel`;

/** How many times the responses of another receiver ours had, as the geometric mean over the loads. */
export function overall(measured: Measured, peer: ReceiverName, least: number): Threshold {
	const logs = [...measured.values()].map((all) =>
		Math.log(all.ours.responses / all[peer].responses),
	);
	const ratio = Math.exp(logs.reduce((sum, one) => sum + one, 0) / logs.length);
	return atLeast(`at least ${least} × ${RECEIVERS[peer]}`, least, ratio);
}

interface More {
	method: string[];
	rows?: string[][];
	thresholds: Threshold[];
}

export function report(measured: Measured, { method, rows = [], thresholds }: More): Findings {
	return {
		method: [
			`The FileCourier Trigger and other ways to receive deliveries in n8n: ${DELIVERIES} deliveries per round, each the start of an execution; ${ROUNDS} rounds in which the contenders take turns, medians.`,
			'Responses per second; executions per second until the last one has ended; CPU time of n8n per delivery.',
			...method,
		],
		table: {
			head: ['', 'responses/s', 'ours, × of it', 'completed/s', 'CPU, ms'],
			rows: [
				...[...measured].flatMap(([load, all]) =>
					NAMES.map((name) => [
						`${loadName(load)}: ${RECEIVERS[name]}`,
						all[name].responses.toFixed(1),
						name === 'ours' ? '' : (all.ours.responses / all[name].responses).toFixed(2),
						all[name].completed.toFixed(1),
						all[name].cpu.toFixed(1),
					]),
				),
				...rows,
			],
		},
		thresholds,
	};
}

type IsSigned = (header: unknown, texts: Buffer[], secrets: string[]) => boolean;

/** Returns the microseconds for verifying a delivery of this size. */
function verification(bytes: number, times: number): number {
	const built = join(ROOT, 'dist', 'nodes', 'shared', 'webhook', 'signature.js');
	const { isSigned } = createRequire(import.meta.url)(built) as { isSigned: IsSigned };
	const body = Buffer.alloc(bytes, 'x');
	const signature = createHmac('sha256', 'secret').update(body).digest('hex');
	const started = performance.now();
	for (let n = 0; n < times; n++) {
		if (!isSigned(signature, [body], ['secret'])) throw new Error('A valid signature was rejected');
	}
	return ((performance.now() - started) * 1000) / times;
}
