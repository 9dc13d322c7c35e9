import { Container } from '@n8n/di';
import { PollContext, PollTriggerExecutor } from 'n8n-core';
import type { IDataObject, INodeExecutionData, IPollFunctions, Workflow } from 'n8n-workflow';

import { buildContext, type NodeUnderTest, startRun } from './engine';

/**
 * An active polling trigger: n8n's own executor and poll context, with what n8n's server does around them (trigger-execution-context.factory
 * of n8n 2.41). The static data stay in memory from poll to poll and are saved only when a poll starts a run.
 */
export class ActivePoller {
	/** The items of each run that was started. */
	readonly runs: INodeExecutionData[][] = [];
	/** The errors of polls. */
	readonly errors: Array<Error & { description?: string | null }> = [];
	/** As in n8n's database. */
	savedStaticData = '{}';
	/** The time limit of a poll in milliseconds; undefined as in versions of n8n that do not report it. */
	budgetMs: number | undefined = 5 * 60_000;
	private workflow!: Workflow;
	private execute!: (testingTrigger?: boolean) => Promise<void>;

	constructor(private options: NodeUnderTest) {}

	/** Activates the workflow with the saved static data, which polls at once; changed options simulate an edited workflow. */
	async activate(options: Partial<NodeUnderTest> = {}): Promise<void> {
		this.options = { ...this.options, ...options };
		const { workflow, additionalData, subject } = buildContext({
			...this.options,
			staticData: JSON.parse(this.savedStaticData) as IDataObject,
		});
		this.workflow = workflow;
		const context = new PollContext(
			workflow,
			subject,
			additionalData,
			'trigger',
			'activate',
			(items) => {
				this.save();
				this.runs.push(items[0]);
			},
			(error) => void this.errors.push(error),
		);
		const { budgetMs } = this;
		Object.assign(context, {
			getPollBudgetMs: budgetMs === undefined ? undefined : () => budgetMs,
		});
		const executor = Container.get(PollTriggerExecutor);
		this.execute = executor.create(
			workflow,
			subject,
			context as unknown as IPollFunctions,
			() => true,
		);
		await this.execute(true);
		this.save();
	}

	/** Polls, and returns the items of the run that this has started, if any. */
	async poll(): Promise<IDataObject[]> {
		const before = this.runs.length;
		await this.execute();
		return this.runs.slice(before).flatMap((items) => items.map(({ json }) => json));
	}

	/** Simulates a restart: only the saved static data remains. */
	async restart(): Promise<void> {
		await this.activate();
	}

	/** Runs the trigger as the editor does for “Fetch Test Event”. */
	async fetchTestEvent() {
		const { workflow, additionalData, subject } = buildContext({
			...this.options,
			staticData: JSON.parse(this.savedStaticData) as IDataObject,
		});
		const run = await startRun(workflow, additionalData, 'manual', subject.name);
		return { run, staticData: JSON.stringify(workflow.staticData) };
	}

	private save(): void {
		this.savedStaticData = JSON.stringify(this.workflow.staticData);
	}
}
