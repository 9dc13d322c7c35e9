import { type IDataObject, NodeOperationError } from 'n8n-workflow';

import { singleLine } from '../shared/http/errors';
import { isJsonObject, type JsonRecord } from '../shared/http/service';
import type { ItemContext, Operation, Resource } from '../shared/node/operation';
import type { Field } from '../shared/node/schema';
import { checkedId, jobState, phaseOf, urlsOf, waitFields, waitFor } from './processing/jobs';
import { fetchTaskResult } from './processing/request';
import { readSource, sourceFields } from './processing/sources';

/** Milliseconds between two requests for the status. */
const INTERVAL = 5000;

const workflowField: Field = {
	displayName: 'Workflow ID',
	name: 'workflowId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 53a5b5d5-8e2a-4f0f-9c1c-1f8b8f7a2b11',
	description: 'The ID from Workflows in the Developer Portal',
};
const jobField: Field = {
	displayName: 'Job ID',
	name: 'jobId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 3c9a1f0e-7f4b-4c0c-a6a5-5f1f9d0f2a11',
	description: 'The jobId returned by Run',
};

/** Filestack docs, Workflows API: `{jobid, workflow, status, sources, createdAt, updatedAt, ttl, results}`. */
const stateOf = (known?: string) =>
	jobState('the job ID and status of the workflow', 'jobid', known);

const isFinished = ({ status }: JsonRecord) => phaseOf(status) !== 'running';

const fetchState = async (item: ItemContext, jobId: string): Promise<JsonRecord> =>
	await fetchTaskResult(item, {
		tasks: [{ name: 'workflow_status', params: { job_id: jobId } }],
		calls: ['runWorkflow', 'convert'],
		alwaysSigned: 'The status of a workflow',
		expects: stateOf(jobId),
	});

/**
 * Adds whether the job has finished, and the URLs of the files that the workflow has stored.
 * @throws NodeOperationError for a workflow that has failed
 */
function describeJob({ functions, itemIndex }: ItemContext, state: JsonRecord): IDataObject {
	const { results, ...rest } = state;
	if (phaseOf(rest.status) === 'failed') {
		throw new NodeOperationError(
			functions.getNode(),
			`The workflow ended as “${singleLine(String(rest.status), 60)}”`,
			{
				itemIndex,
				description: `The ID of the job is ${String(rest.jobid)}. Check the workflow in the Developer Portal, and that its tasks fit the type of the file.`,
			},
		);
	}
	const tasks = Object.values(results ?? {});
	const urls = tasks.flatMap((task) => (isJsonObject(task) ? urlsOf(task) : []));
	return {
		finished: isFinished(state),
		...(rest as IDataObject),
		...(results !== undefined && { results: results as IDataObject, urls }),
	};
}

const run: Operation = {
	value: 'run',
	name: 'Run',
	action: 'Run Filestack workflow on file',
	description: 'Run a workflow of the Developer Portal on a file',
	fields: [...sourceFields, workflowField, ...waitFields],
	async execute(item) {
		const id = checkedId(item, workflowField);
		const started = await fetchTaskResult(item, {
			tasks: [{ name: 'run_workflow', params: { id } }],
			sources: readSource(item),
			calls: ['runWorkflow', 'convert', 'read'],
			alwaysSigned: 'Running a workflow',
			expects: stateOf(),
			effect:
				'Filestack may have started the workflow anyway. Check before you run the node again.',
		});
		if (!item.parameter<boolean>('wait')) return { json: describeJob(item, started) };
		const jobId = String(started.jobid);
		const job = {
			what: 'The workflow',
			id: jobId,
			interval: INTERVAL,
			isComplete: isFinished,
			fetchState: async (limited: ItemContext) => await fetchState(limited, jobId),
		};
		return { json: describeJob(item, await waitFor(item, job, started)) };
	},
};

const getStatus: Operation = {
	value: 'getStatus',
	name: 'Get Status',
	action: 'Get status of Filestack workflow',
	description: 'Get the status and the results of a workflow that was started earlier',
	fields: [jobField],
	async execute(item) {
		return { json: describeJob(item, await fetchState(item, checkedId(item, jobField))) };
	},
};

export const workflow: Resource = {
	value: 'workflow',
	name: 'Workflow',
	operations: [getStatus, run],
	initial: run.value,
};
