import {
	deepCopy,
	type INodeExecutionData,
	type INodeProperties,
	type INodePropertyOptions,
	type IPollFunctions,
	NodeOperationError,
} from 'n8n-workflow';

import { periodOf, type TimeUnit } from '../dates';
import { readBaseUrl } from '../http/credential';
import type { Service } from '../http/service';
import { StallGuard, startTimer, withSignal } from '../http/stallGuard';
import { unitField } from '../node/duration';
import { type OutputItem, type OutputShape, toOutput } from '../node/output';

/** Increased when the format of the state changes; each poller converts the state of version 1. */
const STATE_VERSION = 2;

/** Milliseconds after which a poll reads no further page; the next poll continues. */
const MAX_POLL_MS = 120_000;

/** The milliseconds that n8n allows a poll, for versions that report no limit. */
const DEFAULT_BUDGET_MS = 300_000;

/** The least milliseconds before a poll is cancelled, whatever n8n allows. */
const MIN_BUDGET_MS = 10_000;

/** The share of n8n's limit after which the requests of a poll are cancelled; the rest is for storing what it found. */
const CANCEL_SHARE = 0.9;

/** The items that one poll found, and the state for the next one. */
export interface Polled<State> {
	found: OutputItem[];
	state: State;
}

export interface Poller<State> {
	service: Service;
	/** How the fields of the items are named. */
	output: OutputShape;
	/** Whether the user wants the simplified output, for a shape that has one. */
	simplify?: boolean;
	/** The settings that the state depends on; if one changes, the state is discarded. */
	settings: unknown[];
	/** Converts the state of version 1, so that an upgrade of the package misses no event. Absent if the format is the same. */
	upgradeState?(version1: unknown): State;
	/** Whether a stored value has the format of the state. */
	isState(value: unknown): value is State;
	/** Returns a real item for building the workflow; undefined if nothing in the account matches. */
	sample(): Promise<OutputItem | undefined>;
	/**
	 * @param state the state of the previous poll, which may be modified; undefined for the first poll
	 * @param deadline when to leave the rest to the next poll, by the process's clock in milliseconds (`performance.now()`)
	 * @param context cancels its requests when the poll takes too long
	 */
	poll(state: State | undefined, deadline: number, context: IPollFunctions): Promise<Polled<State>>;
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
	if (context.getMode() === 'manual')
		return itemsOf(poller, [await requireSample(context, poller)]);

	const data = context.getWorkflowStaticData('node');
	if (runningPolls.has(data)) return null;
	runningPolls.add(data);
	try {
		const fingerprint = await fingerprintOf(context, poller);
		const stored = deepCopy((data.poll ?? {}) as StoredState);
		const known = stored.about === fingerprint ? currentState(context, stored, poller) : undefined;
		const { found, state } = await pollInTime(context, poller, known);
		data.poll = { version: STATE_VERSION, about: fingerprint, state };
		return found.length > 0 ? itemsOf(poller, found) : null;
	} finally {
		runningPolls.delete(data);
	}
}

/**
 * Returns the stored state in the current format; undefined if a version of the package stored it that is newer than this.
 * A damaged one is discarded, because every poll would fail with it, and the user cannot edit static data.
 */
function currentState<State>(
	context: IPollFunctions,
	{ version, state }: StoredState,
	poller: Poller<State>,
): State | undefined {
	if (version !== STATE_VERSION && version !== 1) return undefined;
	const current = version === 1 ? upgraded(state, poller) : state;
	if (poller.isState(current)) return current;
	context.logger.warn(
		`${context.getNode().name}: the stored state is damaged, so the trigger starts from scratch`,
	);
	return undefined;
}

/** Returns the converted state of version 1; undefined if it is damaged. */
function upgraded<State>(state: unknown, { upgradeState }: Poller<State>): unknown {
	try {
		return upgradeState ? upgradeState(state) : state;
	} catch {
		return undefined;
	}
}

/**
 * Runs a poll, and ends it when its time is up: a service that responds too slowly would otherwise stop the trigger, because
 * n8n starts no poll while one is running. What it found by then is kept.
 * @throws NodeOperationError if it has found nothing
 */
async function pollInTime<State>(
	context: IPollFunctions,
	{ service, poll }: Poller<State>,
	known: State | undefined,
): Promise<Polled<State>> {
	const allowed = allowedTime(context);
	const budget = Math.max(MIN_BUDGET_MS, allowed);
	const isTooLong = new AbortController();
	const cancelAfter = CANCEL_SHARE * budget;
	const stopTimer = startTimer(cancelAfter, () => isTooLong.abort());
	const tooLong = () => {
		const duration = `${Math.round(cancelAfter / 1000)} seconds`;
		return new NodeOperationError(context.getNode(), `The poll was stopped after ${duration}`, {
			description: `${service.name}, or a proxy in front of it, responds too slowly. The next poll continues where this one stopped, so no event is lost.`,
		});
	};
	// Also ends a poll that does not end although its requests were cancelled.
	const guard = new StallGuard(budget, undefined, tooLong);
	const deadline = performance.now() + Math.min(MAX_POLL_MS, allowed / 2);
	const polling = poll(known, deadline, withSignal(context, isTooLong.signal));
	const ended = await guard.during(polling).then(
		(polled) => ({ polled, error: undefined }),
		(error: Error) => ({ polled: undefined, error: isTooLong.signal.aborted ? tooLong() : error }),
	);
	stopTimer();
	if (isTooLong.signal.aborted) {
		const { message, description } = tooLong();
		context.logger.warn(`${context.getNode().name}: ${message}. ${description}`);
	}
	if (ended.error) throw ended.error;
	return ended.polled;
}

const itemsOf = <State>(
	{ output, simplify }: Poller<State>,
	found: OutputItem[],
): INodeExecutionData[][] => [found.map((item) => ({ json: toOutput(output, item, simplify) }))];

async function requireSample<State>(
	context: IPollFunctions,
	{ service, sample }: Poller<State>,
): Promise<OutputItem> {
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

/** Returns the milliseconds that n8n allows the poll. */
const allowedTime = (context: Partial<IPollFunctions>): number =>
	context.getPollBudgetMs?.() ?? DEFAULT_BUDGET_MS;

/** The “Trigger On” field. */
export const pollEventsField = (
	events: INodePropertyOptions[],
	initial: string[],
): INodeProperties => ({ ...triggerOn, options: events, default: initial });

const triggerOn: INodeProperties = {
	displayName: 'Trigger On',
	name: 'events',
	type: 'multiOptions',
	options: [],
	default: [],
	required: true,
	description: 'Events you add later only trigger for new items',
};

/**
 * The fields for how long before the expiry to trigger.
 * @param what one item with its article, such as “a file”
 */
export const leadTimeFields = (event: string, what: string): INodeProperties[] => {
	const displayOptions = { show: { events: [event] } };
	return [
		{
			displayName: 'Lead Time',
			name: 'leadTime',
			type: 'number',
			typeOptions: { minValue: 0.01, maxValue: 36_500, numberPrecision: 2 },
			default: 24,
			displayOptions,
			description: `How long before ${what} expires to trigger. Triggers once, and again if the expiry is extended.`,
		},
		{ ...unitField('leadTimeUnit', ['hours', 'days', 'weeks'], 'hours'), displayOptions },
	];
};

/** @param what the items, in the plural */
export const includeExistingOption = (what: string): INodeProperties => ({
	displayName: 'Include Existing',
	name: 'includeExisting',
	type: 'boolean',
	default: false,
	description: `Whether to also trigger for existing ${what} on the first poll`,
});

/** The values of {@link leadTimeFields}; absent if the event is not selected. */
export interface LeadTime {
	leadTime?: number;
	leadTimeUnit?: TimeUnit;
}

/** Converts the lead time to seconds. */
export const leadSeconds = ({ leadTime = 24, leadTimeUnit = 'hours' }: LeadTime): number =>
	periodOf(leadTime, leadTimeUnit) / 1000;
