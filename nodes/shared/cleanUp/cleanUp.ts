import { NodeApiError } from 'n8n-workflow';

import { isoDate } from '../dates';
import { executionSignal } from '../http/client';
import { withItemIndex } from '../http/errors';
import { isJsonObject } from '../http/service';
import { mapInBatches } from '../node/batching';
import { EMPTY_ADVICE } from '../node/checks';
import { capitalize } from '../node/fields';
import type { ItemContext, Operation, OperationResult } from '../node/operation';
import { type Field, invalidParameter } from '../node/schema';
import { foldName, isBlankText } from '../text';
import type { ExpiryCondition, ExpiryRule } from './expiry';
import { cleanUpFields, cleanUpOptions, DELETION_CONCURRENCY, type ResourceLabels } from './fields';
import { type CleanUpList, type CleanUpResult, type Clock, idOf, readClock } from './list';
import {
	type CleanUpRun,
	cleanUpRunOf,
	newCleanUpRun,
	planDeletions,
	saveCleanUpRun,
} from './plan';
import { summarize } from './summary';

/** The service-specific part of a clean-up. */
export interface CleanUp {
	/** The service's name. */
	service: string;
	kind: ResourceLabels;
	/** Fields and options that limit the clean-up to some of the items. */
	scope?: Field[];
	scopeOptions?: Field[];
	list(item: ItemContext): Promise<CleanUpList>;
	remove(item: ItemContext, id: string): Promise<void>;
}

/**
 * Creates the operation Clean Up: it reads the whole list, deletes the items that certainly match, and reports on all of
 * them. An item is kept, with the reason in its output, if anything about it is uncertain.
 */
export function cleanUpOperation(cleanUp: CleanUp): Operation {
	const { kind, scope = [], scopeOptions = [] } = cleanUp;
	return {
		value: 'cleanUp',
		name: 'Clean Up',
		action: `Clean up ${kind.noun}s`,
		description: kind.canExpire
			? `Delete expired, soon-to-expire or old ${kind.noun}s. Starts as a dry run.`
			: `Delete old ${kind.noun}s. Starts as a dry run.`,
		fields: [...cleanUpFields(kind), ...scope.map(limiting)],
		options: [...cleanUpOptions(kind), ...scopeOptions.map(limiting)],
		oneByOne: true,
		async execute(item) {
			const { functions } = item;
			const settings = readCleanUpSettings(item, kind);
			const run = cleanUpRunOf(functions);
			run.most = Math.min(run.most, settings.maxDeletions);
			const { found, readings } = await cleanUp.list(item);
			const clock = readClock(cleanUp.service, readings, settings.trustsServiceClock);
			if (clock.warning) warn(item, clock.warning);
			const planned = planDeletions(found, clock, settings, run);
			if (settings.dryRun) {
				for (const one of planned.filter(({ action }) => action === 'wouldDelete')) {
					run.taken.add(idOf(one.found));
					run.used++;
				}
				return resultOf(cleanUp, settings, clock, planned);
			}
			const outcomes = await deleteEach(
				item,
				planned,
				settings.deletionsAtOnce,
				cleanUp.remove,
				run,
			);
			saveCleanUpRun(functions, run);
			return resultOf(cleanUp, settings, clock, outcomes);
		},
	};
}

/** Makes an empty scope an error: it would otherwise select everything. */
const limiting = (field: Field): Field => ({ ...field, isSafeguard: true });

/** Shows a warning in the editor, because a report without items has no place for it. */
function warn({ functions }: ItemContext, message: string): void {
	functions.addExecutionHints({ type: 'warning', location: 'outputPane', message: `${message}.` });
}

function resultOf(
	{ service, kind }: CleanUp,
	{ dryRun, output }: CleanUpSettings,
	{ checkedAt: time, warning }: Clock,
	outcomes: CleanUpResult[],
): OperationResult | OperationResult[] {
	const common = { dryRun, checkedAt: isoDate(time), ...(warning ? { warning } : {}) };
	if (output === 'summary') {
		return { json: { ...summarize(service, kind.noun, outcomes, warning), ...common } };
	}
	return outcomes
		.filter(({ fits }) => fits || output === 'each')
		.map(({ found, action, reason, details }) => {
			const verdict = { action, reason, ...(details ? { details } : {}) };
			// First, where a reader looks, and again at the end, so that a field of the service cannot overwrite them.
			return { json: { ...verdict, ...found.json, ...verdict, ...common } };
		});
}

export type OutputMode = 'each' | 'selected' | 'summary';

/** The validated settings of a clean-up. */
export interface CleanUpSettings {
	rule: ExpiryRule;
	dryRun: boolean;
	maxDeletions: number;
	output: OutputMode;
	deletionsAtOnce: number;
	/** Protected texts, normalized for comparison: an item whose name contains one is kept. */
	keepIfContains: string[];
	/** The property with the name: “name”, “title”. */
	label: string;
	/** Whether only the service's clock is used. */
	trustsServiceClock: boolean;
}

const HOUR = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { hours: HOUR, days: 24 * HOUR };
/** A hundred years in milliseconds; a longer span would exceed the range of valid dates. */
const MAX_SPAN = 100 * 366 * UNITS.days;

/** @throws NodeOperationError that names the field, before the first request */
export function readCleanUpSettings(
	item: ItemContext,
	{ canExpire, label }: ResourceLabels,
): CleanUpSettings {
	const { parameter, option } = item;
	return {
		rule: ruleOf(item, canExpire ? parameter<ExpiryCondition>('selection') : 'olderThan'),
		dryRun: parameter<boolean>('dryRun'),
		maxDeletions: parameter('maxDeletions'),
		output: parameter('output'),
		deletionsAtOnce: option<number>('deletionsAtOnce') ?? DELETION_CONCURRENCY,
		keepIfContains: protectedTexts(item, label),
		label,
		trustsServiceClock: option<boolean>('trustServiceClock') ?? false,
	};
}

/** Commas of all scripts, semicolons and line breaks. Splitting too often is safe: it only protects more items. */
const SEPARATOR = /[,;\r\n،，、；﹐﹔]/;

/**
 * Returns the texts of Keep If … Contains. An empty text between typed commas is ignored as a slip. From an expression it
 * is an error, because a protected text may have been lost.
 */
function protectedTexts(item: ItemContext, label: string): string[] {
	const entered = item.option<string>('keepIfContains');
	if (entered === undefined) return [];
	const texts = entered.split(SEPARATOR).map((text) => text.trim());
	const filled = texts.filter((text) => !isBlankText(text));
	if (filled.length === texts.length || (filled.length > 0 && !isExpression(item))) {
		return filled.map(foldName);
	}
	throw invalidParameter(
		item,
		`Keep If ${capitalize(label)} Contains`,
		filled.length > 0 ? 'contains an empty text between commas' : 'is empty',
		EMPTY_ADVICE,
	);
}

function isExpression({ functions }: ItemContext): boolean {
	const options: unknown = functions.getNode().parameters.options;
	const raw = isJsonObject(options) ? options.keepIfContains : options;
	return typeof raw === 'string' && raw.startsWith('=');
}

function ruleOf(item: ItemContext, selection: ExpiryCondition): ExpiryRule {
	if (selection === 'expired') return { selection, span: 0 };
	const unit = UNITS[item.parameter<string>('unit')];
	const [label, name] =
		selection === 'expiring' ? ['Expires Within', 'expiresWithin'] : ['Older Than', 'olderThan'];
	const span = unit * item.parameter<number>(name);
	if (span <= MAX_SPAN) return { selection, span };
	const max = Math.floor(MAX_SPAN / unit);
	throw invalidParameter(
		item,
		label,
		`must be a whole number from 1 to ${max}`,
		'Enter a smaller number.',
	);
}

/** Statuses for an item that no longer exists. */
const NOT_FOUND = new Set(['404', '410']);

/**
 * Statuses after which every further deletion would fail as well: an invalid credential, or a rate limit that lasts
 * longer than {@link callApi} waits.
 */
const RUN_ENDING = new Set(['401', '429']);

/**
 * Executes the planned deletions, several concurrently, and returns the result of each. Only a failure with one of the
 * {@link RUN_ENDING} statuses stops the others, also for later input items of the run. Never exceeds the run's maximum
 * and never deletes an ID twice, even if the plan contains more.
 */
export async function deleteEach(
	item: ItemContext,
	planned: CleanUpResult[],
	atOnce: number,
	remove: (item: ItemContext, id: string) => Promise<void>,
	run: CleanUpRun = newCleanUpRun(),
): Promise<CleanUpResult[]> {
	const attempt = async (one: CleanUpResult): Promise<CleanUpResult> => {
		const id = idOf(one.found);
		const reasonToKeep =
			run.ending ??
			(run.taken.has(id) ? 'Skipped because its ID has already been processed' : undefined) ??
			(run.used < run.most
				? undefined
				: `Skipped because of the limit of ${run.most} deletions per run`);
		if (reasonToKeep) return { ...one, action: 'kept', reason: reasonToKeep };
		run.taken.add(id);
		run.used++;
		try {
			await remove(item, id);
			return { ...one, action: 'deleted' };
		} catch (thrown) {
			const error = withItemIndex(item.functions.getNode(), thrown, item.itemIndex);
			const status = error instanceof NodeApiError ? (error.httpCode ?? '') : '';
			if (NOT_FOUND.has(status)) {
				return { ...one, action: 'gone', reason: `No longer exists: ${error.message}` };
			}
			if (RUN_ENDING.has(status))
				run.ending ??= `Skipped because an earlier deletion failed: ${error.message}`;
			const details = error.description ?? undefined;
			return { ...one, action: 'failed', reason: error.message, details };
		}
	};
	const positions = planned.flatMap(({ action }, position) =>
		action === 'wouldDelete' ? [position] : [],
	);
	const signal = executionSignal(item.functions);
	const attempted = await mapInBatches(positions.length, { itemsAtOnce: atOnce }, signal, (index) =>
		attempt(planned[positions[index]]),
	);
	const outcomes = [...planned];
	const reason = 'Skipped because the execution was stopped';
	for (const [index, position] of positions.entries()) {
		outcomes[position] = attempted[index] ?? { ...planned[position], action: 'kept', reason };
	}
	return outcomes;
}
