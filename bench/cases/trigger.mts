import { createHmac, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import axios from 'axios';
import pRetry from 'p-retry';
import { ROOT } from '../../sandbox/system/repository.mjs';
import { getObjects } from '../../sandbox/n8n/json.mts';
import {
	activateWorkflow,
	createWorkflow,
	waitForWebhook,
	type WorkflowNode,
} from '../../sandbox/n8n/workflows.mts';
import { atLeast, type Bench, type Case, type Findings, MIB, median } from '../case.mts';
import { ours, step } from '../runs.mts';

const ROUNDS = 5;
/** Deliveries per round, and how many of them run concurrently. */
const DELIVERIES = 60;
const AT_ONCE = 4;
const SIZE = 8 * 1024;

/** n8n's default configuration. */
export const trigger: Case = {
	title: 'Signed deliveries',
	run: async (bench) =>
		await deliveries(
			bench,
			'n8n evaluates expressions in isolates of their own. It makes one for each execution; for every webhook of another node than its own Webhook node one more, used or not; and one more when a webhook node reads a credential.',
		),
};

/** Isolates are created on demand, when an expression needs one. */
export const triggerLazy: Case = {
	title: 'Signed deliveries, isolates created on demand',
	env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
	run: async (bench) =>
		await deliveries(
			bench,
			'The same with N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE=true, so that n8n makes none for a delivery in which no expression is evaluated. The remaining difference is n8n saving the trigger’s record of each delivery, so that its repeat is known after a restart too; with that left out it was 1.04.',
		),
};

async function deliveries(bench: Bench, isolates: string): Promise<Findings> {
	const webhookId = randomUUID();
	const plain = await active(
		bench,
		step(
			'Webhook',
			'n8n-nodes-base.webhook',
			2,
			{ httpMethod: 'POST', path: webhookId },
			{ webhookId },
		),
		`webhook/${webhookId}`,
	);
	const signedId = randomUUID();
	const fileCourier = ours(bench, 'FileCourier', 'fileCourierTrigger', { download: false });
	const signed = await active(
		bench,
		{ ...fileCourier, webhookId: signedId },
		`webhook/${signedId}/webhook`,
	);

	const rates = { plain: [] as number[], signed: [] as number[] };
	await round(bench, plain);
	await round(bench, signed);
	for (let n = 1; n <= ROUNDS; n++) {
		bench.log(`round ${n} of ${ROUNDS}`);
		rates.plain.push(await round(bench, plain));
		rates.signed.push(await round(bench, signed));
	}
	const [ofPlain, ofSigned] = [median(rates.plain), median(rates.signed)];
	return {
		method: [
			`FileCourier Trigger against n8n’s Webhook node: ${DELIVERIES} deliveries of ${SIZE / 1024} KiB, ${AT_ONCE} at a time, each the start of an execution; ${ROUNDS} rounds in turn, medians.`,
			isolates,
			'Verification: the function that the triggers call, on the Node.js of the benchmark.',
		],
		table: {
			head: ['', ''],
			rows: [
				['Webhook node, deliveries/s', ofPlain.toFixed(1)],
				['FileCourier Trigger, deliveries/s', ofSigned.toFixed(1)],
				['verification at 1 KiB, µs', verification(1024, 20_000).toFixed(1)],
				['verification at 1 MiB, µs', verification(MIB, 200).toFixed(0)],
			],
		},
		thresholds: [atLeast('at least 0.95 of the Webhook node', 0.95, ofSigned / ofPlain)],
	};
}

/** Activates a workflow with only this node and returns its URL. */
async function active({ environment }: Bench, node: WorkflowNode, path: string): Promise<string> {
	const workflow = await createWorkflow(environment.rest, {
		name: `bench ${node.name}`,
		nodes: [node],
		connections: {},
	});
	await activateWorkflow(environment.rest, workflow);
	const url = `${environment.n8n.url}/${path}`;
	await waitForWebhook(url);
	return url;
}

/** Returns the deliveries per second, from the first request to the last response. */
async function round(bench: Bench, url: string): Promise<number> {
	const { webhookSecret } = bench.environment.sandbox.info.services.fileCourier.credentials;
	const bodies = Array.from({ length: DELIVERIES }, () => {
		const data = { request_id: randomUUID(), recipient_email: 'a@example.com', files: [] };
		const event = { event: 'files.delivered', timestamp: new Date().toISOString(), data };
		return JSON.stringify({
			...event,
			padding: 'x'.repeat(SIZE - JSON.stringify(event).length - 14),
		});
	});
	const started = performance.now();
	const deliver = async () => {
		for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
			const signature = createHmac('sha256', webhookSecret).update(body).digest('hex');
			const headers = { 'content-type': 'application/json', 'x-filecourier-signature': signature };
			await axios.post(url, body, { headers, transformRequest: (data: unknown) => data });
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, deliver));
	const seconds = (performance.now() - started) / 1000;
	await idle(bench);
	return DELIVERIES / seconds;
}

/** Waits until no execution is running. */
async function idle({ environment }: Bench): Promise<void> {
	const filter = encodeURIComponent(JSON.stringify({ status: ['running', 'new'] }));
	await pRetry(
		async () => {
			const response = await environment.rest.call(
				'GET',
				`/rest/executions?limit=1&filter=${filter}`,
			);
			if (getObjects(response, 'data.results').length > 0) throw new Error('n8n is still busy');
		},
		{ retries: 200, minTimeout: 100, factor: 1 },
	);
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
