import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { deepCopy, NodeOperationError } from 'n8n-workflow';

import { readBaseUrl } from '../http/credential';
import type { Service } from '../http/service';

/** Increased when the format of the state changes; state of an older version is discarded. */
const STATE_VERSION = 2;

/** Maximum milliseconds of one poll; the next poll continues. */
const MAX_POLL_MS = 120_000;

/** The items that one poll found, and the state for the next one. */
export interface Polled<State> {
	found: IDataObject[];
	state: State;
}

export interface Poller<State> {
	service: Service;
	/** The settings that the state depends on; if one changes, the state is discarded. */
	settings: unknown[];
	/** Returns a real item for building the workflow; undefined if nothing in the account matches. */
	sample(): Promise<IDataObject | undefined>;
	/**
	 * @param state the state of the previous poll, which may be modified; undefined for the first poll
	 * @param deadline when to leave the rest to the next poll, in milliseconds since 1970 by n8n's clock
	 */
	poll(state: State | undefined, deadline: number): Promise<Polled<State>>;
}

/** The content of the static data, under one key so that it is replaced as a whole. */
interface StoredState {
	version?: number;
	/** Fingerprint of the account and the settings that the state belongs to. */
	about?: string;
	state?: unknown;
}

/**
 * Static data of polls in progress. n8n starts a poll while the previous one is still running; without this lock both
 * would emit the same items.
 */
const runningPolls = new WeakSet<object>();

/**
 * Runs one poll. Replaces the state only after success and in one step, because n8n keeps the changes of a failed poll
 * in memory and would save them with the next successful one.
 */
export async function runPoll<State>(
	context: IPollFunctions,
	poller: Poller<State>,
): Promise<INodeExecutionData[][] | null> {
	if (context.getMode() === 'manual') return itemsOf([await requireSample(context, poller)]);

	const data = context.getWorkflowStaticData('node');
	if (runningPolls.has(data)) return null;
	runningPolls.add(data);
	try {
		const fingerprint = await fingerprintOf(context, poller);
		const stored = deepCopy((data.poll ?? {}) as StoredState);
		const known =
			stored.version === STATE_VERSION && stored.about === fingerprint ? stored.state : undefined;
		const deadline = Date.now() + budgetOf(context);
		const { found, state } = await poller.poll(known as State | undefined, deadline);
		data.poll = { version: STATE_VERSION, about: fingerprint, state };
		return found.length > 0 ? itemsOf(found) : null;
	} finally {
		runningPolls.delete(data);
	}
}

const itemsOf = (found: IDataObject[]): INodeExecutionData[][] => [found.map((json) => ({ json }))];

async function requireSample<State>(
	context: IPollFunctions,
	{ service, sample }: Poller<State>,
): Promise<IDataObject> {
	const found = await sample();
	if (found) return found;
	throw new NodeOperationError(
		context.getNode(),
		`No matching data was found in ${service.name} to use as a test event`,
		{
			description:
				'Add something that matches your filters, then fetch a test event again. You can also publish the workflow without one.',
		},
	);
}

/**
 * Identifies the account by its server and credential, without a secret. A new key in the same credential counts as the
 * same account, so that no event is missed when keys are rotated.
 */
async function fingerprintOf<State>(
	context: IPollFunctions,
	{ service, settings }: Poller<State>,
): Promise<string> {
	const credential = context.getNode().credentials?.[service.credential]?.id;
	return JSON.stringify([await readBaseUrl(context, service), credential, ...settings]);
}

/** Half of the time that n8n allows, so that calls in progress can finish; older n8n versions report no limit. */
function budgetOf(context: Partial<IPollFunctions>): number {
	return Math.min(MAX_POLL_MS, (context.getPollBudgetMs?.() ?? Infinity) / 2);
}
