import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { deepCopy, NodeOperationError } from 'n8n-workflow';

import { baseUrlOf } from '../address';
import type { Service } from '../service';

/** Raised when the form of what is kept changes; what an older version has kept is then begun anew. */
const VERSION = 1;

/** Milliseconds that one poll may read for; the rest comes with the next one. */
const LONGEST_POLL = 120_000;

/** What one poll has found, and what the next one has to know. */
export interface Polled<State> {
	found: IDataObject[];
	state: State;
}

export interface Poller<State> {
	service: Service;
	/** Settings under which the state was made; where one of them changes, it is begun anew. */
	settings: unknown[];
	/** Something real to build the workflow with; undefined where the account has nothing that fits. */
	sample(): Promise<IDataObject | undefined>;
	/**
	 * @param state what the last poll has left, to be changed at will; undefined in the beginning
	 * @param deadline when to leave the rest to the next poll, in the host's milliseconds since 1970
	 */
	poll(state: State | undefined, deadline: number): Promise<Polled<State>>;
}

/** What is in the static data, under one name, so that it is replaced as a whole. */
interface Kept {
	version?: number;
	/** What the state is about: account and settings. */
	about?: string;
	state?: unknown;
}

/**
 * Static data that a poll is reading or about to write. n8n starts a poll although the one before has not ended: both
 * would begin at the same place and tell the same. Polls that do not share the data are none of each other's business.
 */
const inUse = new WeakSet<object>();

/**
 * One poll. The state is replaced only when all has gone well, in one step: n8n keeps in memory what a failing poll has
 * written, and would save it with the next one that succeeds.
 */
export async function runPoll<State>(
	context: IPollFunctions,
	poller: Poller<State>,
): Promise<INodeExecutionData[][] | null> {
	if (context.getMode() === 'manual') return itemsOf([await sampleOf(context, poller)]);

	const data = context.getWorkflowStaticData('node');
	if (inUse.has(data)) return null;
	inUse.add(data);
	try {
		const about = await subjectOf(context, poller);
		const kept = deepCopy((data.poll ?? {}) as Kept);
		const known = kept.version === VERSION && kept.about === about ? kept.state : undefined;
		const deadline = Date.now() + budgetOf(context);
		const { found, state } = await poller.poll(known as State | undefined, deadline);
		data.poll = { version: VERSION, about, state };
		return found.length > 0 ? itemsOf(found) : null;
	} finally {
		inUse.delete(data);
	}
}

const itemsOf = (found: IDataObject[]): INodeExecutionData[][] => [found.map((json) => ({ json }))];

async function sampleOf<State>(
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
 * The account, as far as it can be told without a secret: another server or another credential. A new key in the same
 * credential is taken for the same account, so that nothing is missed when keys are changed.
 */
async function subjectOf<State>(
	context: IPollFunctions,
	{ service, settings }: Poller<State>,
): Promise<string> {
	const credential = context.getNode().credentials?.[service.credential]?.id;
	return JSON.stringify([await baseUrlOf(context, service), credential, ...settings]);
}

/** Half of what n8n allows, so that the calls under way can end; older versions of n8n do not say. */
function budgetOf(context: Partial<IPollFunctions>): number {
	return Math.min(LONGEST_POLL, (context.getPollBudgetMs?.() ?? Infinity) / 2);
}
