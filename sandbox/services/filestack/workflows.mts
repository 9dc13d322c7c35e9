import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import { FilestackError } from './error.mts';
import type { StoredFile } from './files.mts';
import type { Webhooks } from './webhooks.mts';

/** One run of a workflow over some files. */
export interface Job {
	id: string;
	/** ISO 8601 UTC, as all times here. */
	createdAt: string;
	updatedAt: string;
	workflow: string;
	/** Handles or URLs. */
	sources: string[];
	status: 'Started' | 'Finished';
}

/** Sandbox seconds that a workflow takes; not documented. */
const DURATION_SECONDS = 5;

/** Workflows are made in the Developer Portal; the sandbox takes any id and finds no virus. */
export class Workflows {
	readonly #jobs: JsonStore<Job>;
	readonly #context: ServiceContext;
	readonly #webhooks: Webhooks;

	private constructor(jobs: JsonStore<Job>, context: ServiceContext, webhooks: Webhooks) {
		this.#jobs = jobs;
		this.#context = context;
		this.#webhooks = webhooks;
	}

	static async open(context: ServiceContext, webhooks: Webhooks): Promise<Workflows> {
		const jobs = await JsonStore.open<Job>(join(context.folder, 'jobs'));
		const workflows = new Workflows(jobs, context, webhooks);
		for (const job of jobs.all()) if (job.status === 'Started') workflows.#scheduleFinish(job);
		return workflows;
	}

	all(): readonly Job[] {
		return this.#jobs.all();
	}

	/** @throws Refused when the id cannot be one */
	async run(workflow: string, sources: string[]): Promise<Job> {
		if (!/^[\w-]{1,100}$/.test(workflow)) throw new FilestackError(400, 'Invalid workflow id');
		const now = this.#context.clock.now().toISOString();
		const job: Job = {
			...{ id: randomUUID(), createdAt: now, updatedAt: now },
			...{ workflow, sources, status: 'Started' },
		};
		await this.#jobs.put(job);
		this.#scheduleFinish(job);
		return job;
	}

	/** Runs those that a store request names (`workflows`), by id or as objects with one. */
	async runAll(wanted: unknown, { id }: StoredFile): Promise<void> {
		for (const each of Array.isArray(wanted) ? (wanted as unknown[]) : []) {
			const workflow = typeof each === 'object' && each !== null && 'id' in each ? each.id : each;
			if (typeof workflow !== 'string') throw new FilestackError(400, 'Invalid workflow id');
			await this.run(workflow, [id]);
		}
	}

	/** The jobs of a file by workflow; `undefined` without one. */
	of({ id }: StoredFile): Record<string, { jobid: string }> | undefined {
		const jobs = this.all().filter(({ sources }) => sources.includes(id));
		if (jobs.length === 0) return undefined;
		return Object.fromEntries(jobs.map(({ workflow, id: jobid }) => [workflow, { jobid }]));
	}

	#scheduleFinish(job: Job): void {
		const due = new Date(Date.parse(job.createdAt) + DURATION_SECONDS * 1000);
		this.#context.clock.at(due, async () => await this.#finish(job));
	}

	/** Filestack docs, Webhooks, fs.workflow. */
	async #finish(job: Job): Promise<void> {
		job.status = 'Finished';
		job.updatedAt = this.#context.clock.now().toISOString();
		const { workflow, createdAt, updatedAt, sources, status } = job;
		await this.#webhooks.send('fs.workflow', job.id, {
			...{ workflow, createdAt, updatedAt, sources },
			results: { [`virus_detection_${Date.parse(createdAt)}`]: { data: NO_VIRUS } },
			status,
		});
		await this.#jobs.put(job);
	}
}

const NO_VIRUS = { infected: false, infections_list: [] };
