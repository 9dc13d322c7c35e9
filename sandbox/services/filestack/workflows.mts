import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import { FilestackError } from './error.mts';
import type { StoredFile } from './files.mts';
import type { Webhooks } from './webhooks.mts';

/** A workflow run for some files. */
export interface Job {
	id: string;
	/** ISO 8601 UTC, like all times here. */
	createdAt: string;
	updatedAt: string;
	workflow: string;
	/** Handles or URLs. */
	sources: string[];
	status: 'Started' | 'Finished' | 'Failed';
}

/** Duration of a workflow in sandbox seconds; not documented. */
const DURATION_SECONDS = 5;

/** Workflows are created in the Developer Portal. The sandbox accepts any ID and never finds a virus. */
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

	/** @throws {FilestackError} for an invalid ID */
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

	/** Filestack docs, Workflows API: `workflow_status`; undefined for an unknown job. */
	status(id: string): object | undefined {
		const job = this.#jobs.get(id);
		if (!job) return undefined;
		const { createdAt, updatedAt, workflow, sources, status } = job;
		const results = resultsOf(job);
		return { createdAt, updatedAt, jobid: job.id, workflow, sources, status, ttl: 86_400, results };
	}

	/** Runs the workflows of a store request (`workflows`), given as IDs or as objects with an ID. */
	async runAll(wanted: unknown, { id }: StoredFile): Promise<void> {
		for (const each of Array.isArray(wanted) ? (wanted as unknown[]) : []) {
			const workflow = typeof each === 'object' && each !== null && 'id' in each ? each.id : each;
			if (typeof workflow !== 'string') throw new FilestackError(400, 'Invalid workflow id');
			await this.run(workflow, [id]);
		}
	}

	/** Returns the file's jobs by workflow, or `undefined` if it has none. */
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
		const { settings } = this.#context;
		const outcome = settings.get('workflowOutcome');
		if (outcome === 'stuck') return;
		job.status = outcome === 'failed' ? 'Failed' : 'Finished';
		job.updatedAt = this.#context.clock.now().toISOString();
		const { workflow, createdAt, updatedAt, sources, status } = job;
		if (settings.get('workflowEvent') === 'sent') {
			await this.#webhooks.send('fs.workflow', job.id, {
				...{ workflow, createdAt, updatedAt, sources },
				results: resultsOf(job),
				status,
			});
		}
		await this.#jobs.put(job);
	}
}

/** The results of a finished workflow by task ID, which the Developer Portal makes of a name and a time. */
const resultsOf = ({ createdAt, status }: Job): Record<string, object> =>
	status === 'Finished' ? { [`virus_detection_${Date.parse(createdAt)}`]: { data: NO_VIRUS } } : {};

const NO_VIRUS = { infected: false, infections_list: [] };
