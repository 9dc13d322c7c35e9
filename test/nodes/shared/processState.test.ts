/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import axios from 'axios';
import { HookContext } from 'n8n-core';
import { type IHookFunctions, sleep } from 'n8n-workflow';

import { FileCourierApi } from '../../../credentials/FileCourierApi.credentials';
import { FileCourierTrigger } from '../../../nodes/FileCourier/FileCourierTrigger.node';
import { Secrets } from '../../../nodes/shared/http/secrets';
import { SeenKeys } from '../../../nodes/shared/webhook/deduplication';
import { buildContext, type NodeUnderTest } from '../../support/engine';
import { VECTOR } from '../../support/fileCourierTrigger';
import { TriggerServer } from '../../support/webhooks';

/** The most active workflows whose deliveries the nodes keep. */
const WORKFLOWS = 1_000;
const CONCURRENCY = 20;

/** Objects that may be left: those of the last deliveries, which other parts of the process may still refer to. */
const MAX_LEFT = 2 * CONCURRENCY;

/** The objects of each kind that were used, by name. */
const used: Record<string, Set<WeakRef<object>>> = {};

const note = (kind: string, object: object) => (used[kind] ??= new Set()).add(new WeakRef(object));

/** Notes each object of a class whose method is called. */
function noteCallsOf<T extends object>(type: { name: string; prototype: T }, method: keyof T) {
	const real = type.prototype[method] as (...values: unknown[]) => unknown;
	const noting = function (this: T, ...values: unknown[]): unknown {
		note(type.name, this);
		return real.apply(this, values);
	};
	Object.assign(type.prototype, { [method]: noting });
}
noteCallsOf(SeenKeys, 'save');
noteCallsOf(Secrets, 'add');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How many different objects of each kind are still in memory. */
async function left(): Promise<Record<string, number>> {
	// A reference stays strong until the end of the task that has created or read it.
	await sleep(10);
	collectGarbage();
	const alive = ([kind, references]: [string, Set<WeakRef<object>>]) =>
		[kind, new Set([...references].flatMap((one) => one.deref() ?? [])).size] as const;
	return Object.fromEntries(Object.entries(used).map(alive));
}

function optionsOf(workflowId: string): NodeUnderTest {
	const credentials = {
		clientId: 'fc_client',
		clientSecret: 'fcs_a-long-client-secret',
		baseUrl: 'http://127.0.0.1:9',
		webhookSecret: VECTOR.secret,
	};
	note('credential', credentials);
	return {
		node: new FileCourierTrigger(),
		credentialType: new FileCourierApi(),
		credentials,
		parameters: {
			events: ['files.delivered'],
			output: 'file',
			download: false,
			options: { maxAge: 0 },
		},
		workflowId,
	};
}

/** Activates a workflow, delivers to it, and deactivates it. */
async function useWorkflow(workflowId: string, isDeactivated: boolean): Promise<void> {
	const options = optionsOf(workflowId);
	const { workflow, additionalData, subject } = buildContext(options);
	const hooks = new HookContext(workflow, subject, additionalData, 'trigger', 'activate');
	const { create } = options.node.webhookMethods!.default!;
	await create.call(hooks as unknown as IHookFunctions);
	const server = new TriggerServer(options);
	const url = await server.start();
	const headers = {
		'content-type': 'application/json',
		'X-FileCourier-Signature': VECTOR.signature,
	};
	const { status } = await axios.post(url, VECTOR.body, { headers });
	expect(status).toBe(200);
	expect(server.runs).toHaveLength(1);
	await server.stop();
	if (isDeactivated) await server.deactivate();
}

const useWorkflows = async (count: number, isDeactivated: boolean) => {
	for (let n = 0; n < count; n += CONCURRENCY) {
		const ids = Array.from({ length: CONCURRENCY }, () => `workflow-${++workflows}`);
		await Promise.all(ids.map(async (id) => await useWorkflow(id, isDeactivated)));
	}
};
let workflows = 0;

beforeEach(() => {
	for (const references of Object.values(used)) references.clear();
});

it('the process keeps nothing of 200 workflows that were deactivated', async () => {
	await useWorkflows(200, true);
	expect(Object.keys(used).sort()).toEqual(['Secrets', 'SeenKeys', 'credential']);
	// The credential of a trigger is cached for two seconds.
	await sleep(2_500);
	for (const [kind, count] of Object.entries(await left())) {
		expect({ kind, count, isFreed: count <= MAX_LEFT }).toEqual({ kind, count, isFreed: true });
	}
}, 120_000);

it('the process keeps the deliveries of active workflows, but not their credentials', async () => {
	await useWorkflows(3 * CONCURRENCY, false);
	await sleep(2_500);
	const { SeenKeys: keys, credential } = await left();
	expect(keys).toBe(3 * CONCURRENCY);
	expect(credential).toBeLessThanOrEqual(MAX_LEFT);
});

it('the process keeps the deliveries of at most 1,000 active workflows', async () => {
	await useWorkflows(WORKFLOWS + 2 * MAX_LEFT, false);
	const { SeenKeys: keys } = await left();
	expect(keys).toBeGreaterThanOrEqual(WORKFLOWS);
	expect(keys).toBeLessThanOrEqual(WORKFLOWS + MAX_LEFT);
}, 120_000);
