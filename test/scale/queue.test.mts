import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { upsertCredential } from '../../sandbox/n8n/credentials.mts';
import type { Execution } from '../../sandbox/n8n/executions.mts';
import type { WorkflowNode } from '../../sandbox/n8n/workflows.mts';
import { getPath } from '../../sandbox/n8n/json.mts';
import { INSTALL_MS, inARow, node } from '../e2e/harness.mts';
import {
	activateTrigger,
	type ActiveTrigger,
	goodDelivery,
	SIGNED,
	signedHeaders,
} from '../e2e/triggers.mts';
import { SeededRandom } from '../torture/seededRandom.ts';
import { idIn, makeLoad } from '../torture/load.mts';
import { closeConnections, type RawRequest, rawRequest, sendRaw } from '../torture/request.mts';
import { allRuns, each } from '../torture/runs.mts';
import { seed } from '../torture/scale.ts';
import { type Cluster, startCluster } from './cluster.mts';

const TOTAL = Number(process.env.SCALE_DELIVERIES ?? 1_000);
const AT_ONCE = 20;

let cluster: Cluster;
beforeAll(async () => {
	console.log(`Seed ${seed}; again with TORTURE_SEED=${seed}`);
	cluster = await startCluster(2, 2);
}, INSTALL_MS);
afterAll(async () => {
	closeConnections();
	await cluster?.stop();
}, 120_000);

/** Addresses a request to one of the webhook processes, as a load balancer would. */
function to(index: number, raw: RawRequest): RawRequest {
	const url = new URL(raw.url);
	url.port = String(cluster.webhooks[index].port);
	return { ...raw, url: url.href };
}

const idsOf = (trigger: ActiveTrigger, runs: Execution[], after = 'Trigger') =>
	runs
		.filter(({ items }) => (items[after] ?? []).length > 0)
		.map(({ items }) => idIn(trigger.service, items.Trigger[0].json));

describe('with one webhook process', () => {
	let triggers: ActiveTrigger[];
	let load: ReturnType<typeof makeLoad>;

	it(`runs exactly the distinct ones of ${TOTAL} valid deliveries with ${AT_ONCE} in parallel and a tenth duplicates`, async () => {
		triggers = [];
		for (const service of SIGNED) triggers.push(await activateTrigger(cluster, service));
		load = makeLoad(new SeededRandom(seed), triggers, TOTAL, 1);
		await expectAll(load.requests.map((raw) => to(0, raw)));
		await expectDistinct();
	}, 1_200_000);

	it('saves the static data of all triggers with one more delivery to each', async () => {
		// PostgreSQL may keep the older version of static data written at the same instant.
		for (const [index, trigger] of triggers.entries()) {
			const number = TOTAL + 1 + index;
			const alone = goodDelivery(trigger.service, trigger.secret, number);
			await expectAll([to(0, rawRequest(trigger.url, alone))]);
			load.distinct.get(trigger)!.push(number);
		}
		await expectDistinct();
	}, 60_000);

	it('runs nothing for duplicates after a restart of that process', async () => {
		await cluster.restartWebhook(0);
		const some = load.requests.filter((_, index) => index % 10 === 0);
		await expectAll(some.map((raw) => to(0, raw)));
		await expectDistinct();
	}, 600_000);

	it('runs nothing for duplicates sent to another process later', async () => {
		const some = load.requests.filter((_, index) => index % 10 === 5);
		await expectAll(some.map((raw) => to(1, raw)));
		await expectDistinct();
	}, 600_000);

	async function expectAll(requests: RawRequest[]): Promise<void> {
		const refused: number[] = [];
		await each(requests, AT_ONCE, async (raw) => {
			const status = await sendRaw(raw);
			if (status !== 200) refused.push(status);
		});
		expect(refused).toEqual([]);
	}

	async function expectDistinct(): Promise<void> {
		for (const trigger of triggers) {
			const runs = await allRuns(cluster, trigger);
			expect(runs.filter(({ status }) => status !== 'success')).toEqual([]);
			const wanted = load.distinct.get(trigger)!.map(String);
			expect(idsOf(trigger, runs).sort()).toEqual(wanted.sort());
		}
	}
});

describe('the same delivery to two processes at the same instant', () => {
	const PAIRS = 60;
	const first = 10_000_000;

	/**
	 * Sends pairs of deliveries; returns how many executions each one started, and how many of them passed the last
	 * node.
	 */
	async function pairs(trigger: ActiveTrigger, last: string, delivery = goodDelivery) {
		const numbers = Array.from({ length: PAIRS }, (_, n) => first + n);
		await each(numbers, 5, async (number) => {
			const { service, url, secret } = trigger;
			const raw = rawRequest(url, delivery(service, secret, number));
			const statuses = await Promise.all([0, 1].map((index) => sendRaw(to(index, raw))));
			expect(statuses).toEqual([200, 200]);
		});
		const runs = await allRuns(cluster, trigger);
		expect(runs.filter(({ status }) => status !== 'success')).toEqual([]);
		const passed = idsOf(trigger, runs, last);
		console.log(
			`${last}: ${PAIRS} deliveries, each to two processes at once: ${runs.length} runs, ${passed.length} beyond the node (${new Set(passed).size} different)`,
		);
		return {
			executions: runs,
			runs: idsOf(trigger, runs),
			passed: passed.sort(),
			wanted: numbers.map(String).sort(),
		};
	}

	it('none is lost; both may run, because n8n has no lock that both processes use', async () => {
		const { runs, wanted } = await pairs(await activateTrigger(cluster, 'filestack'), 'After');
		expect([...new Set(runs)].sort()).toEqual(wanted);
	}, 300_000);

	it('Redis → Increment after the trigger, as in the README, always lets all files of exactly one of them pass', async () => {
		const data = { host: '127.0.0.1', port: cluster.redisPort, database: 0 };
		const redis = await upsertCredential(cluster.rest, { name: 'Redis', type: 'redis', data });
		const gate = [
			count({ redis: { id: redis.id, name: redis.name } }),
			combine,
			isFirst,
			node('Last', NO_OP),
		];
		const trigger = await activateTrigger(cluster, 'fileCourier', gate, undefined, {
			parameters: { output: 'file' },
			connections: {
				...inARow('Count', 'Combine', 'Is first', 'Last'),
				Count: { main: [[{ node: 'Combine', type: 'main', index: 1 }]] },
				Trigger: {
					main: [['Count', 'Combine'].map((to) => ({ node: to, type: 'main', index: 0 }))],
				},
			},
		});
		const { executions, passed, wanted } = await pairs(trigger, 'Last', twoFiles);
		expect(passed).toEqual(wanted);
		const names = executions
			.map(({ items }) => (items.Last ?? []).map(({ json }) => getPath(json, 'file.name')))
			.filter(({ length }) => length > 0);
		expect(names).toEqual(wanted.map(() => ['a.pdf', 'b.pdf']));
	}, 300_000);

	it('Remove Duplicates after the trigger loses none but does not always detect the duplicate', async () => {
		const gate = [removeDuplicates, node('Last', NO_OP)];
		const { passed, wanted } = await pairs(
			await activateTrigger(cluster, 'filestack', gate),
			'Last',
		);
		expect([...new Set(passed)].sort()).toEqual(wanted);
	}, 300_000);
});

const NO_OP = 'n8n-nodes-base.noOp';

/** A FileCourier delivery with two files, which the trigger outputs as two items with the same key. */
const twoFiles: typeof goodDelivery = (service, secret, number) => {
	const delivery = JSON.parse(goodDelivery(service, secret, number).body) as { data: object };
	const files = ['a.pdf', 'b.pdf'].map((name) => ({ name, size: 1, url: `https://x/${name}` }));
	const body = JSON.stringify({ ...delivery, data: { ...delivery.data, files } });
	return { body, headers: signedHeaders(service, secret, body) };
};

const count = (credentials: WorkflowNode['credentials']) =>
	node(
		'Count',
		'n8n-nodes-base.redis',
		{ operation: 'incr', key: '=delivery:{{ $json.deliveryKey }}', expire: true, ttl: 172_800 },
		{ credentials, executeOnce: true },
	);

const combine = node(
	'Combine',
	'n8n-nodes-base.merge',
	{ mode: 'combine', combineBy: 'combineAll', options: {} },
	{ typeVersion: 3 },
);

const isFirst = node(
	'Is first',
	'n8n-nodes-base.filter',
	{
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
			combinator: 'and',
			conditions: [
				{
					id: 'first',
					leftValue: "={{ $json['delivery:' + $json.deliveryKey] }}",
					rightValue: 1,
					operator: { type: 'number', operation: 'equals' },
				},
			],
		},
		options: {},
	},
	{ typeVersion: 2.2 },
);

const removeDuplicates = node(
	'Remove Duplicates',
	'n8n-nodes-base.removeDuplicates',
	{
		operation: 'removeItemsSeenInPreviousExecutions',
		logic: 'removeItemsWithAlreadySeenKeyValues',
		dedupeValue: '={{ $json.deliveryKey }}',
		options: {},
	},
	{ typeVersion: 2 },
);
