import { type IDataObject, NodeOperationError } from 'n8n-workflow';

import { isoDate } from '../../shared/dates';
import { downloadFile, type DownloadOptions } from '../../shared/files/download';
import { urlFileName } from '../../shared/files/fileName';
import { readDownloadSettings } from '../../shared/files/settings';
import { textOf } from '../../shared/http/service';
import { fileNameOption, maxSizeOption, outputField } from '../../shared/node/fields';
import type { ItemContext, OperationResult } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { type Field, invalidParameter } from '../../shared/node/schema';
import { MAX_URL_LENGTH } from '../../shared/text';
import { cacheOption } from '../file/fields';
import { anyField, readMetadata } from '../file/metadata';
import {
	accessOption,
	containerOption,
	omitUndefined,
	pathOption,
	storageField,
} from '../file/storeFields';
import { describeFile, STORED } from '../handle';
import { expiryFields, readExpiry } from '../link';
import { readAppSecret } from '../service';
import { renewed } from '../signing';
import { isHandle, type Task } from './grammar';
import { MESSAGE_SIZE, objectionTo } from './objection';
import {
	buildUrl,
	cacheTasks,
	fetchTaskResult,
	hideSigned,
	POLICY_MINUTES,
	processing,
	PROCESSING_TIMEOUT,
	withTaskAdvice,
} from './request';

type Output = 'link' | 'file' | 'stored';

const onlyFor =
	(...outputs: Output[]) =>
	(field: Field): Field => ({
		...field,
		displayOptions: { show: { ...field.displayOptions?.show, output: outputs } },
	});
const optionFor =
	(...outputs: Output[]) =>
	(field: Field): Field => ({ ...field, displayOptions: { show: { '/output': outputs } } });

const outputChoice = (choices: Output[]): Field => ({
	displayName: 'Output',
	name: 'output',
	type: 'options',
	options: [
		{ name: 'File', value: 'file', description: 'Download the result into the workflow' },
		{
			name: 'Link',
			value: 'link',
			description: 'A link to the result, which Filestack creates when it is opened',
		},
		{
			name: 'New Filestack File',
			value: 'stored',
			description: 'Store the result in Filestack and return its handle',
		},
	].filter(({ value }) => choices.includes(value as Output)),
	default: 'file',
	description: 'What to do with the result',
});

/** The fields for the result of processing one file. */
export const outputFields: Field[] = [
	outputChoice(['file', 'link', 'stored']),
	...expiryFields.map(onlyFor('link')),
];

/** The field for the result of a request that has no public link, such as one with several files. */
export const outputFieldsWithoutLink: Field[] = [outputChoice(['file', 'stored'])];

const storeOptions: Field[] = [
	accessOption,
	containerOption,
	pathOption,
	storageField('location', 's3'),
];

export const timeoutOption: Field = {
	displayName: 'Timeout (Seconds)',
	name: 'timeoutSeconds',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 3600 },
	default: 180,
	description: 'How long to wait for Filestack. Office documents can take minutes.',
};

/** The options for the result of processing. The name of the output field is one, so that the fields fit on a screen. */
export const outputOptions: Field[] = [
	cacheOption,
	optionFor('file')({ ...outputField, required: false }),
	optionFor('file', 'stored')(fileNameOption),
	optionFor('file')(maxSizeOption),
	optionFor('file', 'stored')(timeoutOption),
	...storeOptions.map(optionFor('stored')),
];

/** A result of processing. */
export interface Result {
	/** The tasks in order. */
	tasks: readonly Task[];
	sources: string | readonly string[];
	/** The extension of the result, if it is known. */
	extension?: string;
	/** Whether the result may be text, HTML or JSON; otherwise such a response is an error of the service. */
	allowsText?: boolean;
	/** The file name if the response has none; by default that of the source. */
	name?: string;
}

interface Request extends Result {
	unbound: boolean;
}

/**
 * Returns the result in the form that the user selected: a link, a file in n8n's storage, or a new file in Filestack.
 * @throws NodeApiError, NodeOperationError
 */
export async function outputResult(item: ItemContext, result: Result): Promise<OperationResult> {
	const tasks = [...cacheTasks(item), ...result.tasks];
	const request = { ...result, tasks, unbound: tasks.some(usesOtherFiles) };
	switch (item.parameter<Output>('output')) {
		case 'link':
			return { json: await createLink(item, request) };
		case 'stored':
			return { json: await storeResult(item, request) };
		default:
			return await downloadResult(item, request);
	}
}

/** Whether a task reads further files, so that its policy cannot be limited to the source. */
const usesOtherFiles = (task: Task): boolean =>
	/^(watermark|fallback)$/.test(task.name) || isCollage(task);

/** Whether the source is only the first of several files. */
const isCollage = ({ name }: Task): boolean => name === 'collage';

/**
 * Creates a link without a request. Its policy allows reading and converting this one file, because a policy cannot be
 * limited to a URL alone: one that is not limited to a handle would open every file of the app.
 */
async function createLink(
	item: ItemContext,
	{ tasks, sources, unbound }: Request,
): Promise<IDataObject> {
	const isOneFile = typeof sources === 'string' && isHandle(sources) && !unbound;
	if (!isOneFile && (await readAppSecret(item.functions)) !== undefined) {
		const advice =
			'A signed link that needs anything other than one Filestack file would open all files of the app. Store the file in Filestack first, or select another output.';
		throw invalidParameter(item, 'Output', 'cannot be “Link” for this source', advice);
	}
	const expiry = readExpiry(item);
	const { base, path, signed } = await buildUrl(
		item,
		{ tasks, sources, calls: ['read', 'convert'] },
		expiry,
	);
	const url = `${base}${path}`;
	return {
		url,
		...(typeof sources === 'string' && isHandle(sources) && { handle: sources }),
		...(signed && { expiresAt: isoDate(expiry) }),
	};
}

/** Stores the result as a new file. Not retried, because Filestack could store it twice. */
async function storeResult(
	item: ItemContext,
	{ tasks, sources, unbound }: Request,
): Promise<IDataObject> {
	const text = (name: string) => optionalText(item.option(name));
	const store: Task = {
		name: 'store',
		params: omitUndefined({
			filename: text('fileName'),
			location: item.option<string>('location'),
			path: text('path'),
			container: text('container'),
			access: item.option<string>('access'),
		}) as Record<string, string>,
	};
	const body = await fetchTaskResult(item, {
		tasks: [...tasks, store],
		sources,
		unbound,
		calls: ['pick', 'read', 'convert', 'store'],
		expects: STORED,
		timeout: timeoutOf(item),
		effect: 'Filestack may have stored the result anyway. Check before you run the node again.',
	});
	return describeFile(body);
}

/** Milliseconds. */
export const timeoutOf = ({ option }: ItemContext): number =>
	(option<number>('timeoutSeconds') ?? PROCESSING_TIMEOUT / 1000) * 1000;

/** Streams the result into n8n's storage. */
async function downloadResult(item: ItemContext, result: Request): Promise<OperationResult> {
	const { functions, option } = item;
	const { tasks, sources, unbound } = result;
	const url = renewed(POLICY_MINUTES, async () => {
		const signed = await buildUrl(item, { tasks, sources, unbound, calls: ['read', 'convert'] });
		hideSigned(item, signed);
		return requireShortUrl(item, `${signed.base}${signed.path}`);
	});
	const options: DownloadOptions = {
		...readDownloadSettings(item),
		stallTimeout: timeoutOf(item),
		renewUrl: url,
		host: processing,
		nameOf: async () => await nameOf(item, result),
		tailSize: MESSAGE_SIZE,
		objection: (file, tail) => objectionTo(item, result, file, tail),
	};
	const remote = { url: await url(), name: optionalText(option('fileName')) };
	try {
		const { binary, ...file } = await downloadFile(functions, remote, options);
		const isOneFile = typeof sources === 'string' && isHandle(sources) && !tasks.some(isCollage);
		const handle = isOneFile ? { handle: sources } : {};
		const field = optionalText(option(outputField.name)) ?? (outputField.default as string);
		return { json: { ...handle, ...file, binaryPropertyName: field }, binary: { [field]: binary } };
	} catch (error) {
		throw withTaskAdvice(error) as Error;
	}
}

/** @throws NodeOperationError for a URL that is too long for the download, because its own error is about another field */
function requireShortUrl({ functions, itemIndex }: ItemContext, url: string): string {
	if (url.length <= MAX_URL_LENGTH) return url;
	const message = `The request to Filestack is too long: its URL has ${url.length} characters`;
	throw new NodeOperationError(functions.getNode(), message, {
		itemIndex,
		description: `At most ${MAX_URL_LENGTH} are possible. Use fewer or shorter files, texts and steps, or store files from long URLs in Filestack first and use their handles.`,
	});
}

/** Returns a file name with the extension of the result. */
async function nameOf(item: ItemContext, result: Result): Promise<string | undefined> {
	const { sources, extension, name } = result;
	const original = name ?? (await sourceName(item, sources));
	if (original === undefined || extension === undefined) return original;
	return `${original.replace(/\.\w{1,5}$/, '')}.${extension}`;
}

async function sourceName(
	item: ItemContext,
	sources: Result['sources'],
): Promise<string | undefined> {
	if (typeof sources !== 'string') return undefined;
	if (!isHandle(sources)) return urlFileName(sources) ?? 'file';
	const selected = { handle: sources, segment: sources };
	const metadata = await readMetadata(item, selected, ['filename'], anyField(['filename'])).catch(
		() => undefined,
	);
	return textOf(metadata?.filename);
}
