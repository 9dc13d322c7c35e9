import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { ZipFile } from 'yazl';
import type { Parameters, Task } from './task.mts';
import { FilestackError } from '../error.mts';
import { isDataTask, runDataTask, textSentiment } from './dataTasks.mts';
import { convertPdf, createPdf, runOutput } from './documents.mts';
import { animate } from './combinedImages.mts';
import type { Content, LoadSource } from './image.mts';
import { runImageTask } from './imageTasks.mts';
import { checkTask, numberOf, textOf } from './taskRules.mts';

/** The result of a chain of tasks. */
export type ChainResult = Content | { data: unknown };

/** Tasks that sign, cache or store, which are not part of the chain. */
const OUTSIDE = ['security', 'cache', 'store', 'fallback'];

/** Returns the tasks that change a file or describe it. */
export const chainOf = (tasks: readonly Task[]): Task[] =>
	tasks.filter(({ name }) => !OUTSIDE.includes(name));

/**
 * Runs tasks from left to right. The results of several tasks that return data are merged.
 * @throws {FilestackError}
 */
export async function runChain(
	tasks: readonly Task[],
	sources: readonly string[],
	load: LoadSource,
): Promise<ChainResult> {
	for (const task of tasks) checkTask(task);
	try {
		return await runTasks(tasks, sources, load);
	} catch (error) {
		const isUnknownColor = error instanceof Error && /^Unable to parse color/.test(error.message);
		throw isUnknownColor ? new FilestackError(400, 'Invalid parameter: color') : error;
	}
}

async function runTasks(
	tasks: readonly Task[],
	sources: readonly string[],
	load: LoadSource,
): Promise<ChainResult> {
	const [first, ...rest] = tasks;
	if (first?.name === 'text_sentiment') return { data: textSentiment(first.parameters) };
	if (first?.name === 'urlscreenshot') {
		return await continueChain(rest, await screenshot(sources[0], first.parameters), load);
	}
	if (first?.name === 'zip') return await continueChain(rest, await zip(sources, load), load);
	if (first?.name === 'pdfcreate') {
		const contents = await Promise.all(sources.map(load));
		return await continueChain(rest, await createPdf(contents), load);
	}
	if (first?.name === 'animate' && sources.length > 0) {
		const contents = await Promise.all(sources.map(load));
		return await continueChain(rest, await animate(contents, first.parameters), load);
	}
	if (sources.length !== 1) throw new FilestackError(400, 'a list of sources needs another task');
	return await continueChain(tasks, await load(sources[0]), load);
}

async function continueChain(
	tasks: readonly Task[],
	source: Content,
	load: LoadSource,
): Promise<ChainResult> {
	let content = source;
	const data: unknown[] = [];
	for (const { name, parameters } of tasks) {
		if (isDataTask(name, parameters)) {
			data.push(await runDataTask(name, parameters, content));
			continue;
		}
		const result = await runFileTask(name, parameters, content, load);
		if ('data' in result) data.push(result.data);
		else content = result;
	}
	if (data.length === 0) return content;
	return { data: data.length === 1 ? data[0] : (Object.assign({}, ...data) as unknown) };
}

async function runFileTask(
	name: string,
	parameters: Parameters,
	content: Content,
	load: LoadSource,
): Promise<ChainResult> {
	if (name === 'output') return await runOutput(content, parameters);
	if (name === 'pdfconvert') return await convertPdf(content, parameters);
	return await runImageTask(name, parameters, content, load);
}

/** Filestack docs, Zip: the names as stored; a name that occurs again gets a number. */
async function zip(sources: readonly string[], load: LoadSource): Promise<Content> {
	const archive = new ZipFile();
	const names = new Set<string>();
	for (const source of sources) {
		const { bytes, filename } = await load(source);
		const name = uniqueName(filename.replace(/^[/\\.]+|[\0\\/:]/g, '_') || 'file', names);
		archive.addBuffer(bytes, name, { mtime: new Date(0) });
	}
	archive.end();
	return {
		bytes: await buffer(archive.outputStream),
		mimetype: 'application/zip',
		filename: 'archive.zip',
	};
}

function uniqueName(name: string, names: Set<string>): string {
	const [, base, extension] = /^(.*?)(\.\w+)?$/s.exec(name)!;
	let unique = name;
	for (let number = 1; names.has(unique); number += 1) {
		unique = `${base} (${number})${extension ?? ''}`;
	}
	names.add(unique);
	return unique;
}

/** Returns an image of the requested size: the sandbox does not open web pages. */
async function screenshot(url: string, parameters: Parameters): Promise<Content> {
	if (!/^https?:/i.test(url)) throw new FilestackError(400, 'Unsupported input format');
	const width = numberOf(parameters, 'width', 1024);
	const height = numberOf(parameters, 'height', 768);
	const background = textOf(parameters, 'agent') === 'mobile' ? 'lightblue' : 'white';
	return {
		bytes: await sharp({ create: { width, height, channels: 3, background } })
			.png()
			.toBuffer(),
		mimetype: 'image/png',
		filename: 'screenshot.png',
	};
}
