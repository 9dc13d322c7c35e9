import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { isNoDate, isoDate } from '../dates';
import { isJsonObject, type JsonRecord } from '../http/service';

/**
 * The output fields that services have in common, in the order of every output: event, IDs, links, names, sizes, dates,
 * status. All others follow in the order in which they were given.
 *
 * An ID has the name of the field that takes it in a node. A `link` opens a page for a person, a `url` the file itself.
 * Sizes are in bytes, and dates, whose names end in `At`, in ISO 8601 UTC. `status` takes the expiry date into account.
 */
const COMMON_FIELDS = [
	...['event', 'action', 'reason'],
	...['sessionId', 'packageId', 'shareId', 'tokenId', 'userId', 'jobId', 'workflowId'],
	...['fileId', 'handle', 'secretLink', 'link', 'url', 'token', 'policy', 'signature'],
	...['title', 'name', 'referenceId', 'recipientEmail', 'recipientName', 'direction'],
	...['size', 'mimeType', 'fileCount', 'totalSize'],
	...['occurredAt', 'createdAt', 'updatedAt', 'uploadedAt', 'deliveredAt', 'expiresAt'],
	...['lastUsedAt', 'revokedAt'],
	...['status', 'delivered', 'deleted', 'revoked', 'cancelled', 'finished', 'available', 'healthy'],
	...['file', 'files', 'sha256'],
];

/** Names that services, or different calls of one service, use for the same field. */
const SYNONYMS: OutputShape['names'] = {
	name: ['fileName', 'file_name', 'filename', 'original_name', 'originalName'],
	size: ['fileSize', 'file_size', 'size_bytes'],
	mimeType: ['mime_type', 'mimetype', 'content_type'],
	occurredAt: ['timestamp'],
};

/** The output of one kind of object. */
export interface OutputShape {
	/**
	 * Output fields with the service's names for them, the preferred one first. A field that is not listed keeps its name,
	 * in camel case.
	 */
	readonly names?: Readonly<Record<string, readonly string[]>>;
	/** Output fields that contain an object, or a list of objects, with their shapes. */
	readonly nested?: Readonly<Record<string, OutputShape>>;
	/** The service's fields that are not output because they only concern the transport. */
	readonly omitted?: readonly string[];
	/** The fields of the simplified output, for a response with more than ten fields: adds the field “Simplify”. */
	readonly simple?: readonly string[];
}

/** An output item before its fields have been named and sorted. */
export interface OutputItem extends Pick<INodeExecutionData, 'binary' | 'pairedItem'> {
	/** The service's own fields, which are output unchanged if Simplify is turned off. */
	json: IDataObject;
	/** The fields that the node adds, or that replace those of the service. */
	added?: IDataObject;
	/** Fields of the input item that are passed on unchanged. */
	passedOn?: IDataObject;
}

/**
 * Returns the JSON of an output item. Everything that a node outputs goes through this function, so that a field has the
 * same name and format in the output of every service, and appears once.
 * @param simplify whether to return the simplified output; only applies to shapes that have one
 */
export function toOutput(
	shape: OutputShape,
	{ json, added = {}, passedOn = {} }: OutputItem,
	simplify = true,
): IDataObject {
	if (shape.simple && !simplify) return { ...pick(added, ALWAYS_ADDED), ...json };
	const named = { ...nameFields(shape, json), ...nameFields(shape, added) };
	// An entry that could not be described is output as it is.
	const simple = added.error === undefined ? shape.simple : undefined;
	const chosen = simple ? pick(named, [...ALWAYS_ADDED, ...simple]) : named;
	const sorted = sortFields(chosen);
	return { ...sorted, ...passedOn, ...sorted };
}

/** Fields of the node that every output contains, whatever its shape and whether it is simplified. */
const ALWAYS_ADDED = ['event', 'error', 'notice'];

function pick(fields: IDataObject, names: readonly string[]): IDataObject {
	const known = names.filter((name) => fields[name] !== undefined);
	return Object.fromEntries(known.map((name) => [name, fields[name]]));
}

/** Sorts fields like those of an output. */
export function sortFields(fields: IDataObject): IDataObject {
	const others = Object.keys(fields).filter((name) => !COMMON_FIELDS.includes(name));
	return pick(fields, [...COMMON_FIELDS, ...others]);
}

function nameFields(shape: OutputShape, data: JsonRecord): IDataObject {
	const names = namesOf(shape);
	const groups = new Map<string, string[]>();
	for (const own of Object.keys(data)) {
		if (data[own] === undefined || shape.omitted?.includes(own)) continue;
		const name = names.find(([, synonyms]) => synonyms.includes(own))?.[0] ?? toCamelCase(own);
		groups.set(name, [...(groups.get(name) ?? []), own]);
	}
	const fields = new Map<string, unknown>();
	for (const [name, members] of groups) {
		const listed = names.find(([one]) => one === name)?.[1] ?? [];
		const preferred = listed.includes(name) ? listed : [name, ...listed];
		const inOrder = preferred.filter((own) => members.includes(own));
		for (const [own, value] of mergeSynonyms(name, inOrder.concat(members), data)) {
			fields.set(own, formatNested(shape.nested?.[own], value));
		}
	}
	return Object.fromEntries(fields) as IDataObject;
}

/** Returns the names of a shape, and the synonyms that it does not define itself. */
const namesOf = ({ names = {} }: OutputShape) => [
	...Object.entries(names),
	...Object.entries(SYNONYMS ?? {}).map(
		([name, synonyms]) => [name, [...(names[name] ?? []), ...synonyms]] as const,
	),
];

const toCamelCase = (name: string): string =>
	/^[a-z][a-zA-Z0-9]*(_[a-zA-Z0-9]+)+$/.test(name)
		? name.replace(/_+(.)/g, (_, letter: string) => letter.toUpperCase())
		: name;

/**
 * Merges fields of the same meaning: the first one with a readable value is output under the common name. Others are only
 * output, under their own names, if they differ.
 */
function mergeSynonyms(
	name: string,
	members: readonly string[],
	data: JsonRecord,
): Array<[name: string, value: unknown]> {
	const values = [...new Set(members)].map((own) => [own, formatValue(name, data[own])] as const);
	const usable = values.filter(([, value]) => value !== undefined);
	const [chosen, value] = usable.find(([, one]) => one !== null) ?? usable[0] ?? [];
	const others = values.filter(
		([own, one]) => own !== chosen && one !== null && (one ?? data[own]) !== value,
	);
	return [
		...(chosen === undefined ? [] : [[name, value] as [string, unknown]]),
		...others
			.filter(([own]) => own !== name || chosen === undefined)
			.map(([own]): [string, unknown] => [own, data[own]]),
	];
}

const DATE_NAME = /[a-z]At$/;

/** Returns a value in the format of its field, null for none; undefined for a date in an unknown format. */
function formatValue(name: string, value: unknown): unknown {
	if (DATE_NAME.test(name)) return isoDate(value) ?? (isNoDate(value) ? null : undefined);
	if (name === 'size' && typeof value === 'string' && /^\d{1,15}$/.test(value))
		return Number(value);
	return value;
}

function formatNested(shape: OutputShape | undefined, value: unknown): unknown {
	if (!shape) return value;
	const format = (one: unknown) =>
		isJsonObject(one) ? toOutput(shape, { json: one as IDataObject }) : one;
	return Array.isArray(value) ? value.map(format) : format(value);
}
