import { type IDataObject, NodeOperationError } from 'n8n-workflow';

import { pathSegment } from '../shared/http/addresses';
import { singleLine } from '../shared/http/errors';
import { type JsonRecord, textOf } from '../shared/http/service';
import type { ItemContext, Operation, Resource } from '../shared/node/operation';
import type { Field } from '../shared/node/schema';
import { extractHandle, fileField } from './handle';
import { choiceField, numberField } from './processing/form';
import type { TaskValue } from './processing/grammar';
import { checkedId, jobState, phaseOf, urlsOf, waitFields, waitFor } from './processing/jobs';
import { fetchTaskResult } from './processing/request';
import { readHandle } from './processing/sources';

/** Milliseconds between two requests for the status (Filestack's Java SDK). */
const INTERVAL = 10_000;

/** Filestack docs, Video processing. */
const presetField = choiceField(
	{ displayName: 'Preset', name: 'preset', description: 'The format of the result' },
	[
		{ name: 'AAC Audio', value: 'aac' },
		{ name: 'H.264 (MP4)', value: 'h264' },
		{ name: 'H.264 (MP4), High Quality', value: 'h264.hi' },
		{ name: 'M4A Audio', value: 'm4a' },
		{ name: 'MP3 Audio', value: 'mp3' },
		{ name: 'OGA Audio', value: 'oga' },
		{ name: 'Ogg', value: 'ogg' },
		{ name: 'Ogg, High Quality', value: 'ogg.hi' },
		{ name: 'WebM', value: 'webm' },
		{ name: 'WebM, High Quality', value: 'webm.hi' },
	],
	'h264',
);

const uuidField: Field = {
	displayName: 'Job ID',
	name: 'uuid',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 6f2b6f52-9d5d-4d43-9b4e-0a4c3a1f8d11',
	description: 'The jobId returned by Convert',
};

const options: Field[] = [
	{
		displayName: 'Convert Again',
		name: 'force',
		type: 'boolean',
		default: false,
		description: 'Whether to start a new conversion even if the same one was started before',
	},
	numberField('Height', 'height', [1, 4096], 720, 'In pixels'),
	numberField('Width', 'width', [1, 4096], 1280, 'In pixels'),
];

/** `{status, uuid, timestamp, data: {url, thumb, …}, metadata}`. */
const stateOf = (known?: string) => jobState('the ID and status of the conversion', 'uuid', known);

/** A conversion is complete when it has failed or has a URL, which can be missing at first. */
const isComplete = (state: JsonRecord): boolean => {
	const phase = phaseOf(state.status);
	return phase === 'failed' || (phase === 'ended' && urlsOf(state).length > 0);
};

const fetchState = async (item: ItemContext, uuid: string): Promise<JsonRecord> =>
	await fetchTaskResult(item, {
		tasks: [{ name: 'video_convert' }],
		sources: pathSegment(item.functions, uuidField.displayName, uuid),
		calls: ['read', 'convert'],
		unbound: true,
		expects: stateOf(uuid),
	});

/** @throws NodeOperationError for a failed conversion */
function describeJob({ functions, itemIndex }: ItemContext, state: JsonRecord): IDataObject {
	if (phaseOf(state.status) === 'failed') {
		const reason = textOf(state.message);
		const message = `Filestack could not convert the video${reason ? `: ${singleLine(reason, 300)}` : ''}`;
		throw new NodeOperationError(functions.getNode(), message, {
			itemIndex,
			description: `The ID of the conversion is ${String(state.uuid)}. Check that the file is a video or an audio file. To try again, use Video → Convert with Convert Again turned on.`,
		});
	}
	const urls = urlsOf(state);
	const [url] = urls;
	return {
		finished: isComplete(state),
		...(state as IDataObject),
		...(url && { url, handle: extractHandle(url) }),
		...(urls.length > 1 && { urls }),
	};
}

const convert: Operation = {
	value: 'convert',
	name: 'Convert',
	action: 'Convert video or audio',
	description: 'Convert a video or an audio file. Each second counts as two conversions.',
	fields: [fileField, presetField, ...waitFields],
	options,
	async execute(item) {
		const given = options
			.map(({ name }) => [name, item.option<TaskValue>(name)] as const)
			.filter(([, value]) => value !== undefined && value !== false);
		const preset = item.parameter<string>(presetField.name);
		const started = await fetchTaskResult(item, {
			tasks: [{ name: 'video_convert', params: { preset, ...Object.fromEntries(given) } }],
			sources: readHandle(item),
			calls: ['read', 'convert', 'store'],
			expects: stateOf(),
			effect:
				'Filestack may have started the conversion anyway. Check before you run the node again.',
		});
		if (!item.parameter<boolean>('wait')) return { json: describeJob(item, started) };
		const uuid = String(started.uuid);
		const job = {
			what: 'The conversion',
			id: uuid,
			interval: INTERVAL,
			isComplete,
			// By ID, because the first URL would start another conversion with Convert Again.
			fetchState: async (limited: ItemContext) => await fetchState(limited, uuid),
		};
		return { json: describeJob(item, await waitFor(item, job, started)) };
	},
};

const getStatus: Operation = {
	value: 'getStatus',
	name: 'Get Status',
	action: 'Get video conversion status',
	description: 'Get the status and the result of a conversion that was started earlier',
	fields: [uuidField],
	async execute(item) {
		return { json: describeJob(item, await fetchState(item, checkedId(item, uuidField))) };
	},
};

export const video: Resource = {
	value: 'video',
	name: 'Video',
	operations: [convert, getStatus],
	initial: convert.value,
};
