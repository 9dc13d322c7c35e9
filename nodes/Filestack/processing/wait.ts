import { NodeOperationError } from 'n8n-workflow';

import { executionSignal } from '../../shared/http/stallGuard';
import { withItemIndex } from '../../shared/http/errors';
import { cancellableSleep } from '../../shared/http/retry';
import type { ItemContext } from '../../shared/node/operation';
import { type Field, invalidParameter } from '../../shared/node/schema';

/** The fields for a job that Filestack runs in the background. */
export const waitFields: Field[] = [
	{
		displayName: 'Wait for Completion',
		name: 'wait',
		type: 'boolean',
		default: false,
		description: 'Whether to wait until the job is complete, instead of returning its ID at once',
	},
	{
		displayName: 'Maximum Wait (Minutes)',
		name: 'maxWaitMinutes',
		type: 'number',
		typeOptions: { minValue: 0.05, maxValue: 60, numberPrecision: 2 },
		default: 5,
		displayOptions: { show: { wait: [true] } },
		description: 'The node fails if the job takes longer. The job itself continues.',
	},
];

/** @throws NodeOperationError for an ID that contains anything other than letters, digits and hyphens */
export function checkedId(item: ItemContext, { displayName, name }: Field): string {
	const id = item.parameter<string>(name).trim();
	if (/^[\w-]{1,100}$/.test(id)) return id;
	throw invalidParameter(item, displayName, 'is not a valid ID', 'Copy the ID again.');
}

export interface Job<T> {
	/** As in an error message: “The workflow”. */
	what: string;
	id: string;
	/** Milliseconds between two requests. */
	interval: number;
	/** Whether the job has ended. */
	isComplete(state: T): boolean;
	fetchState(): Promise<T>;
}

/**
 * Requests the state of a job until it is complete.
 * @param state the first state
 * @throws NodeOperationError with the ID of the job, after the maximum wait or when the user stops the execution
 */
export async function waitFor<T>(item: ItemContext, job: Job<T>, state: T): Promise<T> {
	const { functions, parameter } = item;
	const minutes = parameter<number>('maxWaitMinutes');
	const signal = executionSignal(functions);
	const end = performance.now() + minutes * 60_000;
	const stopped = () =>
		unfinishedError(item, job, 'was still running when the execution was stopped');
	let current = state;
	while (!job.isComplete(current)) {
		const left = end - performance.now();
		if (left <= 0) throw unfinishedError(item, job, `did not finish within ${minutes} minutes`);
		await cancellableSleep(Math.min(job.interval, left), signal);
		if (signal?.aborted) throw stopped();
		current = await job.fetchState().catch((error: unknown) => {
			// Stop ends the request as well.
			throw signal?.aborted ? stopped() : withJobId(item, job, error);
		});
	}
	return current;
}

/** Adds the ID of the job to the error of a request for its state: the job itself continues. */
function withJobId<T>({ functions, itemIndex }: ItemContext, { id }: Job<T>, error: unknown) {
	const problem = withItemIndex(functions.getNode(), error, itemIndex);
	problem.description = `${problem.description ?? ''} ${continuation(id)}.`.trim();
	return problem;
}

const continuation = (id: string) =>
	`Its ID is ${id}. It continues in Filestack: use Get Status with this ID later`;

function unfinishedError<T>(item: ItemContext, { what, id }: Job<T>, problem: string) {
	return new NodeOperationError(item.functions.getNode(), `${what} ${problem}`, {
		itemIndex: item.itemIndex,
		description: `${continuation(id)}, or increase Maximum Wait.`,
	});
}
