import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Execution } from '../../sandbox/n8n/executions.mts';
import { INSTALL_MS, startTestSystem, type TestSystem } from '../e2e/harness.mts';
import { activateTrigger, type ActiveTrigger, goodDelivery, SIGNED } from '../e2e/triggers.mts';
import { SeededRandom } from './seededRandom.ts';
import { idIn, makeLoad } from './load.mts';
import type { Fate, Mutation } from './mutation.mts';
import { MUTATIONS, pickMutation } from './mutations.mts';
import { closeConnections, type RawRequest, rawRequest, sendRaw } from './request.mts';
import { allRuns, each, residentMiB } from './runs.mts';
import { isFull, scaled, seed } from './scale.ts';

const AT_ONCE = 20;

let environment: TestSystem;
let triggers: ActiveTrigger[];

beforeAll(async () => {
	console.log(`Seed ${seed}; again with TORTURE_SEED=${seed}`);
	// Executions must be kept for longer than the test.
	environment = await startTestSystem({ env: { EXECUTIONS_DATA_PRUNE: 'false' } });
	triggers = [];
	for (const service of SIGNED) triggers.push(await activateTrigger(environment, service));
}, INSTALL_MS);

afterAll(async () => {
	closeConnections();
	await environment?.stop();
});

/** Returns the delivery ID of each execution of a trigger. */
const idsOf = (trigger: ActiveTrigger, runs: Execution[]) =>
	runs.map(({ items }) => idIn(trigger.service, items.Trigger[0].json));

interface Mutant {
	trigger: ActiveTrigger;
	mutation: Mutation;
	fate: Fate;
	/** The number of the trigger's delivery that it was made from. */
	number: number;
	raw: RawRequest;
	status: number;
}

function makeMutant(random: SeededRandom, number: number, mutation: Mutation): Mutant {
	const trigger = random.oneOf(triggers);
	const { service, secret, url } = trigger;
	const raw = rawRequest(url, goodDelivery(service, secret, number));
	mutation.change({ service, secret, random, raw });
	return { trigger, mutation, fate: mutation.fate(service), number, raw, status: -1 };
}

const is2xx = ({ status }: Mutant) => status >= 200 && status < 300;

describe('deliveries from a sender who does not know the secret', () => {
	const mutants: Mutant[] = [];
	const memory: number[] = [];
	const total = scaled(10_000, 400);

	it(`rejects unsigned and accepts signed mutants among ${total} mutants of valid deliveries`, async () => {
		const random = new SeededRandom(seed);
		// Every mutation at least once, then random ones.
		const kinds = Array.from({ length: total }, (_, n) => MUTATIONS[n] ?? pickMutation(random));
		await each(kinds, AT_ONCE, async (mutation, number) => {
			// Created one by one because some have 16 MB, and released after sending.
			const mutant = makeMutant(random, number, mutation);
			mutant.status = await sendRaw(mutant.raw);
			mutant.raw.body = Buffer.alloc(0);
			mutants.push(mutant);
			if (number % Math.ceil(total / 50) === 0) memory.push(residentMiB(environment));
		});
		const wrong = mutants.filter(
			(mutant) =>
				(mutant.fate === 'refused' && is2xx(mutant)) || (mutant.fate === 'taken' && !is2xx(mutant)),
		);
		console.log(summary(mutants));
		expect(wrong.map(describeMutant)).toEqual([]);
	}, 1_800_000);

	it('starts an execution for each 2xx and no others; none has failed', async () => {
		for (const trigger of triggers) {
			const runs = await allRuns(environment, trigger);
			expect(runs.filter(({ status }) => status !== 'success')).toEqual([]);
			const taken = mutants.filter((mutant) => mutant.trigger === trigger && is2xx(mutant));
			const wanted = taken.map(({ number }) => String(number));
			expect(idsOf(trigger, runs).sort()).toEqual(wanted.sort());
			for (const run of runs) expect(JSON.stringify(run.items)).not.toContain('forged');
		}
	}, 600_000);

	it('n8n’s log contains no errors of the nodes, no unhandled errors and no secret', () => {
		const log = readFileSync(environment.n8n.log, 'utf8');
		// SpeedyFiles has none of the packages, which the trigger requests for their recipient.
		const unexpected =
			/unhandled|uncaught|heap out of memory|Trigger: (?!the package \w+ of an event could not be read)/i;
		expect(log).not.toMatch(unexpected);
		expect(log).toContain('Trigger rejected a delivery (401): The signature does not match');
		for (const { secret } of triggers) expect(log).not.toContain(secret);
		const other = [...new Set(log.match(/^Error in handling webhook request .*$/gm) ?? [])];
		console.log(
			`What n8n itself says of them:\n${[...new Set(other.map(withoutPath))].join('\n')}`,
		);
	});

	it('n8n’s memory stays constant', () => {
		console.log(`Resident memory of n8n, MiB: ${memory.join(' ')}`);
		if (!isFull) return; // a short run is over before it has warmed up
		const middle = (part: number[]) => part.toSorted((a, b) => a - b)[Math.floor(part.length / 2)];
		const quarter = Math.floor(memory.length / 4);
		// Bodies of 16 MB are allocated and freed, so the heap size varies; a leak in 10,000 deliveries would show.
		expect(middle(memory.slice(-quarter))).toBeLessThan(
			middle(memory.slice(quarter, 2 * quarter)) + 150,
		);
	});
});

it('runs exactly the distinct ones of valid deliveries with twenty in parallel and a tenth duplicates', async () => {
	const load = makeLoad(new SeededRandom(seed + 1), triggers, scaled(1_000, 100), 1_000_000);
	// n8n may have closed idle connections meanwhile, which this busy process has not noticed.
	closeConnections();
	const statuses: number[] = [];
	const started = Date.now();
	await each(load.requests, AT_ONCE, async (raw) => {
		statuses.push(await sendRaw(raw));
	});
	const seconds = (Date.now() - started) / 1000;
	console.log(`${load.requests.length} deliveries answered in ${seconds.toFixed(1)} s`);
	expect(statuses.filter((status) => status !== 200)).toEqual([]);
	for (const trigger of triggers) {
		const ids = idsOf(trigger, await allRuns(environment, trigger)).filter(
			(id) => Number(id) >= 1_000_000,
		);
		expect(ids.sort()).toEqual(load.distinct.get(trigger)!.map(String).sort());
	}
}, 1_800_000);

const withoutPath = (line: string) => line.replace(/(POST|PUT|PATCH|DELETE) \S+/, '$1 …');

const describeMutant = ({ trigger, mutation, number, status }: Mutant) =>
	`${trigger.service} ${number}: ${mutation.name}, answered ${status}`;

/** Returns the response statuses by mutation. */
function summary(mutants: Mutant[]): string {
	const lines = MUTATIONS.map(({ name }) => {
		const responses = new Map<number, number>();
		for (const { mutation, status } of mutants) {
			if (mutation.name === name) responses.set(status, (responses.get(status) ?? 0) + 1);
		}
		const counted = [...responses].sort(([a], [b]) => a - b).map(([s, n]) => `${s || 'cut'}×${n}`);
		return `${name}: ${counted.join(' ') || '–'}`;
	});
	return `${mutants.length} mutants, ${mutants.filter(is2xx).length} taken\n${lines.join('\n')}`;
}
