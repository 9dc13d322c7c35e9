import { join } from 'node:path';
import axios from 'axios';
import { uploadAsRecipient } from '../../sandbox/demo/uploadAsRecipient.mts';
import { PortalClient } from '../../sandbox/demo/portalClient.mts';
import { type Bench, MIB } from '../case.mts';
import { withEnvironment } from '../environment.mts';
import { Probe } from '../probe.mts';
import { contentOf, Counterpart, sha256Of } from './counterpart.mts';
import { FaultSchedule } from './faults.mts';
import { fillLists } from './fill.mts';
import { Flows, type Started, startUrl } from './flows.mts';
import { Ledger, type Problems } from './ledger.mts';
import { type Failure, listFailures, type Sample, takeSample } from './samples.mts';

export interface SoakOptions {
	minutes: number;
	/** Seconds from the start of one cycle to the next; each one starts a workflow of every kind. */
	cycleSeconds: number;
	/**
	 * Whether the polling triggers first get as many items as they remember. Takes some minutes; otherwise their records grow
	 * during the test.
	 */
	isFilled: boolean;
	/** Selects the order of the faults. */
	seed: number;
	log: (line: string) => void;
}

export interface SoakResult {
	/** ISO 8601 UTC. */
	startedAt: string;
	minutes: number;
	samples: Sample[];
	expected: number;
	problems: Problems;
	failures: Failure[];
	/** How often each kind of fault was applied. */
	faults: Record<string, number>;
	/** Median and maximum of the milliseconds from the start of a workflow to its report. */
	delays: { median: number; maximum: number };
}

const KIB = 1024;
const SMALL = 256 * KIB;
/** Three chunks of Files App or Filestack. */
const LARGE = 12 * MIB;
/** One of so many files is large. */
const LARGE_EVERY = 2;
const DOCUMENT = 64 * KIB;
/** Minutes after which the files of a minute are deleted. */
const CLEAN_UP_AFTER = 3;
/** Seconds to wait at the end for what is still on its way; FileCourier repeats a rejected delivery after a minute. */
const DRAIN_SECONDS = 240;
/** Milliseconds before a recipient opens a new link: an execution that has just created it is not waiting yet. */
const RECIPIENT_DELAY = 3_000;
/** Milliseconds in which each trigger polls a few times. */
const SETTLE = 35_000;

/** n8n deletes old executions with their files at once, so that its disk use is constant. */
export const PRUNING = {
	EXECUTIONS_DATA_PRUNE: 'true',
	EXECUTIONS_DATA_PRUNE_MAX_COUNT: '300',
	EXECUTIONS_DATA_HARD_DELETE_BUFFER: '0',
	EXECUTIONS_DATA_PRUNE_SOFT_DELETE_INTERVAL: '1',
	EXECUTIONS_DATA_PRUNE_HARD_DELETE_INTERVAL: '1',
	// Its statistics of executions would grow.
	N8N_DISABLED_MODULES: 'mcp-registry,insights',
};

/** Runs all nodes in a real n8n at a steady rate, with faults, and measures n8n every minute. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
	const probe = new Probe();
	const env = { ...PRUNING, ...probe.env };
	const ledger = new Ledger();
	const counterpart = new Counterpart(ledger);
	await counterpart.start();
	try {
		return await withEnvironment(env, options.log, async (bench) => {
			const run = new SoakRun(bench, options, ledger, counterpart, probe);
			await run.prepare();
			return await run.run();
		});
	} finally {
		await counterpart.stop();
		probe.remove();
	}
}

class SoakRun {
	private readonly flows: Flows;
	private readonly faults: FaultSchedule;
	private readonly failures = new Map<string, Failure>();
	private readonly samples: Sample[] = [];
	/** The cycles of each minute. */
	private readonly cyclesOf = new Map<number, number>();
	/** The upload links that a recipient has opened, and when each was first seen. */
	private readonly links = new Map<string, { seenAt: number; isUsed: boolean }>();
	private cycle = 0;

	constructor(
		private readonly bench: Bench,
		private readonly options: SoakOptions,
		private readonly ledger: Ledger,
		private readonly counterpart: Counterpart,
		private readonly probe: Probe,
	) {
		this.flows = new Flows(bench, `${counterpart.url}/arrived`);
		this.faults = new FaultSchedule(bench, options.seed);
	}

	/** Creates the workflows, and fills the records of the triggers. */
	async prepare(): Promise<void> {
		const { bench, flows, options } = this;
		await this.control('patch', 'services/filesApp/settings', { plan: 'team' });
		const limits = { callsPerMinute: 1_000_000, uploadsPerHour: 1_000_000 };
		await this.control('patch', 'services/fileShot/settings', limits);
		await flows.create();
		const { speedyFiles, filestack } = flows.triggers;
		const finalized = { url: speedyFiles, events: ['package.finalized'] };
		await this.control('patch', 'services/speedyFiles/webhooks/1', finalized);
		const uploaded = { url: filestack, events: ['fp.upload'] };
		await this.control('post', 'services/filestack/webhooks', uploaded);
		// Each trigger polls several times, and remembers what exists.
		await pause(SETTLE);
		if (!options.isFilled) return;
		const emptyLists = await fillLists(bench);
		await pause(2 * SETTLE);
		await emptyLists();
	}

	async run(): Promise<SoakResult> {
		const { options, ledger, faults } = this;
		const startedAt = Date.now();
		const minutes = () => (Date.now() - startedAt) / 60_000;
		options.log(`started: ${options.minutes} minutes`);
		let nextCycle = 0;
		let nextSample = 0;
		while (minutes() < options.minutes) {
			await faults.tick(Date.now());
			await this.actAsRecipient();
			if (minutes() * 60 >= nextCycle) {
				nextCycle += options.cycleSeconds;
				await this.startCycle(Math.floor(minutes()));
			}
			if (minutes() >= nextSample) {
				await this.sample(nextSample);
				await this.startCleanUp(nextSample - CLEAN_UP_AFTER);
				nextSample += 1;
			}
			await pause(500);
		}
		await this.drain();
		await this.sample(minutes());
		return {
			startedAt: new Date(startedAt).toISOString(),
			minutes: options.minutes,
			samples: this.samples,
			expected: ledger.expected,
			problems: ledger.problems(),
			failures: [...this.failures.values()],
			faults: Object.fromEntries([...faults.applied].sort()),
			delays: delaysOf(ledger),
		};
	}

	/** Starts a workflow of every kind. */
	private async startCycle(minute: number): Promise<void> {
		const { ledger } = this;
		const number = (this.cycle += 1);
		this.cyclesOf.set(minute, (this.cyclesOf.get(minute) ?? 0) + 1);
		const name = `${tagOf(minute)}c${number}.bin`;
		const size = number % LARGE_EVERY === 0 ? LARGE : SMALL;
		const hash = sha256Of(contentOf(name, size));
		for (const service of ['filesApp', 'fileShot', 'filestack', 'speedyFiles'] as const) {
			ledger.expect(`${service}.transferred ${name}`, hash);
		}
		for (const service of ['filesApp', 'fileShot', 'speedyFiles'] as const) {
			ledger.expect(`${service}.polled ${name}`);
		}
		for (const service of ['filestack', 'speedyFiles'] as const) {
			ledger.expect(`${service}.delivered ${name}`);
		}
		for (const flow of ['session', 'wait'] as const) {
			const of = `${flow}-${name}`;
			ledger.expect(`${flow}.delivered ${of}`, sha256Of(contentOf(of, DOCUMENT)));
			await this.start(flow, of);
		}
		for (const flow of ['filesApp', 'fileShot', 'filestack', 'speedyFiles'] as const) {
			await this.start(flow, name, this.counterpart.fileUrl(name, size));
		}
	}

	/** Deletes the files and packages of a past minute. */
	private async startCleanUp(minute: number): Promise<void> {
		const cycles = this.cyclesOf.get(minute);
		if (!cycles) return;
		this.ledger.expect(`cleanUp ${tagOf(minute)}`, `${cycles} ${cycles}`);
		await this.start('cleanUp', tagOf(minute));
	}

	private async start(flow: Started, name: string, url = ''): Promise<void> {
		await axios.post(startUrl(this.bench, flow), { name, url }, { timeout: 60_000 });
	}

	/** Uploads a document to each new link of FileCourier. */
	private async actAsRecipient(): Promise<void> {
		const portal = new PortalClient(this.bench.environment.sandbox.info.portal);
		const now = Date.now();
		for (const session of await portal.list('services/fileCourier/sessions')) {
			if (session.state !== 'pending') continue;
			const url = String(session.upload_url);
			const link = this.links.get(url) ?? { seenAt: now, isUsed: false };
			this.links.set(url, link);
			if (link.isUsed || now < link.seenAt + RECIPIENT_DELAY) continue;
			link.isUsed = true;
			const name = String(session.referenceId);
			const content = contentOf(name, DOCUMENT);
			const type = 'application/octet-stream';
			await uploadAsRecipient(url, [
				{ name: 'document.bin', type, content, sha256: sha256Of(content) },
			]);
		}
	}

	private async sample(minute: number): Promise<void> {
		const { bench, ledger, options, samples } = this;
		const { rest } = bench.environment;
		for (const failure of await listFailures(rest)) this.failures.set(failure.id, failure);
		const sample = await takeSample(
			{
				rest,
				pid: bench.n8nPid,
				probe: this.probe,
				dataFolder: join(bench.folder, 'n8n', '.n8n'),
				workflowIds: this.flows.workflows.map(({ id }) => id),
			},
			minute,
		);
		samples.push(sample);
		const { duplicated, different, unexpected } = ledger.problems();
		const wrong = duplicated.length + different.length + unexpected.length;
		options.log(
			`${minute.toFixed(0)} min: ${sample.resident.toFixed(0)} MiB resident, ${sample.heap.toFixed(0)} MiB heap, ${sample.resources} resources, ${sample.descriptors} descriptors, ${sample.storage.toFixed(1)} MiB storage, ${sample.staticData.toFixed(0)} kB static data, ${sample.executions} executions; ${ledger.arrived} of ${ledger.expected} arrived, ${wrong} wrong, ${this.failures.size} failed`,
		);
	}

	/** Waits for what is still on its way. */
	private async drain(): Promise<void> {
		await this.faults.end();
		const deadline = Date.now() + DRAIN_SECONDS * 1000;
		while (this.ledger.problems().lost.length > 0 && Date.now() < deadline) {
			await this.actAsRecipient();
			await pause(1_000);
		}
		// Until here, duplicates may arrive after the first of them.
		await pause(15_000);
	}

	private async control(method: string, path: string, data: unknown): Promise<void> {
		const { portal } = this.bench.environment.sandbox.info;
		await axios.request({ method, url: `${portal}/api/${path}`, data });
	}
}

/** The beginning of the names of a minute's files. */
const tagOf = (minute: number) => `m${String(minute).padStart(4, '0')}-`;

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

export function delaysOf({ delays }: Ledger): SoakResult['delays'] {
	const sorted = [...delays].sort((a, b) => a - b);
	return { median: sorted[sorted.length >> 1] ?? NaN, maximum: sorted.at(-1) ?? NaN };
}
