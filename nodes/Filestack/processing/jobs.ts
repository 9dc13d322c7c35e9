import { NodeOperationError } from 'n8n-workflow';

import { withItemIndex } from '../../shared/http/errors';
import { withOptionAdvice } from '../../shared/http/optionAdvice';
import { cancellableSleep } from '../../shared/http/retry';
import {
	contentOf,
	type ExpectedBody,
	idTextOf,
	isJsonObject,
	type JsonRecord,
	textOf,
} from '../../shared/http/service';
import { executionSignal, StallGuard, withSignal } from '../../shared/http/stallGuard';
import type { ItemContext } from '../../shared/node/operation';
import { type Field, invalidParameter, MISSING_VALUES } from '../../shared/node/schema';

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

/** @throws NodeOperationError for an ID that contains anything other than letters, digits, underscores and hyphens */
export function checkedId(item: ItemContext, { displayName, name }: Field): string {
	const id = item.parameter<string>(name).trim();
	if (/^[\w-]{1,100}$/.test(id) && !MISSING_VALUES.has(id)) return id;
	throw invalidParameter(item, displayName, 'is not a valid ID', 'Copy the ID again.');
}

/**
 * A job. Its ID is documented as text, and is known already in a request for its state.
 * @param what its ID and status, as in an error message
 */
export function jobState(
	what: string,
	idField: 'uuid' | 'jobid',
	known?: string,
): ExpectedBody<JsonRecord> {
	const read = (body: unknown, id: string | undefined) =>
		isJsonObject(body) && textOf(body.status) && id ? { ...body, [idField]: id } : undefined;
	const own: ExpectedBody<JsonRecord> = {
		what,
		read: (body) => read(body, isJsonObject(body) ? idTextOf(body[idField]) : undefined),
	};
	return {
		what,
		// The envelope of a job may have a status too, so an object with the ID comes first.
		read: (body, status) => own.read(contentOf(body, own, status), status) ?? read(body, known),
	};
}

/**
 * Returns how far a job is. Filestack documents “started” and “finished” for workflows, and “started”, “pending”,
 * “completed” and “failed” for videos. A status that is not listed here ends the job.
 */
export function phaseOf(status: unknown): 'running' | 'failed' | 'ended' {
	const text = String(status).trim();
	if (FAILED.test(text)) return 'failed';
	return RUNNING.test(text) ? 'running' : 'ended';
}

const FAILED = /^(fail|error|abort|cancel|reject|time[ds]?[ _-]?out)/i;
const RUNNING =
	/^(start(ed|ing)|pending|(en)?queued|running|process(ing)?|(in[ _-]?)?progress(ing)?|waiting|initiali[sz](ed|ing)|created|scheduled|accepted|active|working|converting|encoding|transcoding|uploading)$/i;

/**
 * Returns the URLs of a result, of which a job may have several. Filestack's documentation of videos names them `data.url`,
 * filestack-go those of workflows `url`.
 */
export function urlsOf({ data, url }: JsonRecord): string[] {
	const outputs = [data].flat().flatMap((one) => (isJsonObject(one) ? one.url : one));
	const urls = outputs.flatMap(urlOf);
	return urls.length > 0 ? [...new Set(urls)] : [url].flat().flatMap(urlOf);
}

const urlOf = (value: unknown): string[] => {
	const text = textOf(value)?.trim();
	return text?.includes('://') ? [text] : [];
};

interface Job<T> {
	/** As in an error message: “The workflow”. */
	what: string;
	id: string;
	/** Milliseconds between two requests. */
	interval: number;
	/** Whether the job has ended. */
	isComplete(state: T): boolean;
	fetchState(item: ItemContext): Promise<T>;
}

/** Milliseconds of a request for the state that are allowed after the maximum wait. */
const LAST_REQUEST = 10_000;

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
	const tooLate = () =>
		withOptionAdvice(unfinishedError(item, job, `did not finish within ${minutes} minutes`), {
			fields: ['maxWaitMinutes'],
			text: (place) => `To wait longer, increase ${place}.`,
		});
	let current = state;
	while (!job.isComplete(current)) {
		const left = end - performance.now();
		if (left <= 0) throw tooLate();
		await cancellableSleep(Math.min(job.interval, left), signal);
		if (signal?.aborted) throw stopped();
		// A service that does not respond would keep the node waiting for minutes after the maximum wait.
		const guard = new StallGuard(end + LAST_REQUEST - performance.now(), signal, tooLate);
		const limited = { ...item, functions: withSignal(functions, guard.signal) };
		current = await guard.during(job.fetchState(limited)).catch((error: unknown) => {
			// Stop and the maximum wait end the request as well.
			if (signal?.aborted) throw stopped();
			throw guard.signal.aborted ? tooLate() : withJobId(item, job, error);
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
		description: `${continuation(id)}.`,
	});
}
