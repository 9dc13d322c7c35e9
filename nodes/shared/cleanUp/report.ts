import type { IDataObject } from 'n8n-workflow';

import { isoDate } from '../dates';
import type { OperationResult } from '../node/operation';
import type { CleanUpSettings, ResourceLabels } from './fields';
import type { Clock } from './list';
import type { CleanUpAction, CleanUpResult } from './plan';

/** Converts the results to output items, as the user has selected. */
export function report(
	{ service, kind }: { service: string; kind: ResourceLabels },
	{ dryRun, output }: CleanUpSettings,
	{ checkedAt: time, warning }: Clock,
	results: CleanUpResult[],
): OperationResult | OperationResult[] {
	const common = { dryRun, checkedAt: isoDate(time), ...(warning ? { warning } : {}) };
	if (output === 'summary') {
		return { json: { ...summarize(service, kind.noun, results, dryRun, warning), ...common } };
	}
	return results
		.filter(({ fits }) => fits || output === 'each')
		.map(({ found, action, reason, details }) => {
			const verdict = { action, reason, ...(details ? { details } : {}) };
			// First, where a reader looks, and again at the end, so that a field of the service cannot overwrite them.
			return { json: { ...verdict, ...found.json, ...verdict, ...common } };
		});
}

/** Maximum number of lines in the text; further items are only counted. */
const MAX_LINES = 100;

const ACTION_LABELS: Readonly<Record<CleanUpAction, string>> = {
	wouldDelete: 'would be deleted',
	deleted: 'deleted',
	gone: 'already gone',
	failed: 'failed',
	kept: 'kept',
};
const ACTIONS = Object.keys(ACTION_LABELS) as CleanUpAction[];

/** Whether the action frees the item's bytes, or would free them. */
const freesBytes = (action: CleanUpAction) => action === 'wouldDelete' || action === 'deleted';

/** Summarizes a clean-up: subject and text for a message, counts, bytes, and the matching items. */
function summarize(
	service: string,
	noun: string,
	results: CleanUpResult[],
	dryRun: boolean,
	warning?: string,
): IDataObject {
	const counts = Object.fromEntries(
		ACTIONS.map((action) => [action, results.filter((one) => one.action === action).length]),
	) as Record<CleanUpAction, number>;
	const bytes = results
		.filter(({ action }) => freesBytes(action))
		.reduce((sum, { found }) => sum + (found.size ?? 0), 0);
	const selected = results.filter(({ fits }) => fits);
	const head = headline(service, noun, results.length, counts, bytes);
	return {
		subject: subjectOf(service, noun, counts, dryRun),
		text: [head, ...(warning ? [`${warning}.`] : []), ...linesOf(selected)].join('\n'),
		service,
		found: results.length,
		selected: selected.length,
		...counts,
		bytes,
		items: selected.map(entryOf),
	};
}

/** Returns the subject of an email: “FileShot: 3 files deleted, 1 failed”. */
function subjectOf(
	service: string,
	noun: string,
	counts: Record<CleanUpAction, number>,
	dryRun: boolean,
): string {
	const number = dryRun ? counts.wouldDelete : counts.deleted;
	const label = ACTION_LABELS[dryRun ? 'wouldDelete' : 'deleted'];
	const failed = counts.failed > 0 ? `, ${counts.failed} failed` : '';
	return `${service}: ${number} ${number === 1 ? noun : `${noun}s`} ${label}${failed}`;
}

const entryOf = ({ found, action, reason, details }: CleanUpResult): IDataObject => {
	const { id, name, size, createdAt, expiresAt } = found;
	const known = {
		id,
		name,
		size,
		createdAt: isoDate(createdAt),
		expiresAt: isoDate(expiresAt),
		action,
		reason,
		details,
	};
	return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
};

function headline(
	service: string,
	noun: string,
	found: number,
	counts: Record<CleanUpAction, number>,
	bytes: number,
): string {
	const nouns = found === 1 ? noun : `${noun}s`;
	const done = ACTIONS.filter((action) => counts[action] > 0).map((action) => {
		const size = freesBytes(action) ? ` (${formatBytes(bytes)})` : '';
		return `${counts[action]} ${ACTION_LABELS[action]}${size}`;
	});
	return [`${service}: ${found} ${nouns} found`, ...done].join(', ');
}

function linesOf(selected: CleanUpResult[]): string[] {
	const lines = selected
		.slice(0, MAX_LINES)
		.map(
			({ found, action, reason }) =>
				`- ${found.name ?? found.id ?? 'unnamed'}: ${ACTION_LABELS[action]}. ${reason}.`,
		);
	const rest = selected.length - lines.length;
	return rest > 0 ? [...lines, `… and ${rest} more`] : lines;
}

function formatBytes(bytes: number): string {
	const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
	const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
	return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}
