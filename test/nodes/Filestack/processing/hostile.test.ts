import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { archive } from '../../../../nodes/Filestack/archive';
import { document } from '../../../../nodes/Filestack/document';
import { analyze } from '../../../../nodes/Filestack/file/analyze';
import { image } from '../../../../nodes/Filestack/image/image';
import { text } from '../../../../nodes/Filestack/text';
import { video } from '../../../../nodes/Filestack/video';
import { website } from '../../../../nodes/Filestack/website';
import { workflow } from '../../../../nodes/Filestack/workflow';
import type { Field } from '../../../../nodes/shared/node/schema';
import { binaryData } from '../../../support/engine';
import { filestack, FilestackServer } from '../../../support/filestack';
import { byId } from '../../../support/locators';

const recorder = new FilestackServer();
beforeAll(async () => {
	await binaryData();
	await recorder.start();
});
afterAll(async () => await recorder.stop());

/** Values that could add a parameter, a task, a source or a header, or change the path. */
const HOSTILE = [
	...['x/store=path:y/', 'x,format:pdf', 'x]/flip/[', '[H1,H2]', '?policy=a#b', '%2Fstore%2F'],
	...['%22/store/%22', 'he said "hi"', '"', '"/store=x:"', 'a/../../x', '..', './x', '..\\x'],
	...['a b\tc', 'x\r\nHost: evil.example', '\0', 'ä – 証明', "it's (a) *test*!", '{{ $json.x }}'],
	...['https://evil.example/x', '//evil.example', 'src://other/x', 'security=p:a,s:b', '__proto__'],
	...['https://evil.example/x","H2', 'src://other/x","H2', 'https://evil","H2".example/x'],
];

/** A text field of an operation. */
interface Target {
	resource: string;
	operation: string;
	label: string;
	field: Field;
	/** Returns the parameters with a value in this field. */
	withValue(value: string): IDataObject;
}

/** Fields whose text is a list of tasks, so that they may add some. */
const TASK_TEXTS = ['stepsText', 'customText'];

/** Returns the first example in a field's placeholder: “white” of “e.g. white or FF8800”. */
const exampleOf = ({ placeholder = '', default: usual, type }: Field): string => {
	if (type === 'resourceLocator') return 'HANDLE';
	if (String(usual).startsWith('=')) return String(usual);
	return placeholder.replace(/^e\.g\. | or .*/g, '') || 'abc';
};

/** Returns the parameters that show a field. */
const conditionsOf = ({ displayOptions }: Field, within: 'root' | 'siblings'): IDataObject =>
	Object.fromEntries(
		Object.entries(displayOptions?.show ?? {})
			.filter(([name]) => (within === 'root') === name.startsWith('/'))
			.map(([name, wanted]) => [name.replace('/', ''), wanted?.[0] as string]),
	);

const isText = ({ type }: Field) => type === 'string' || type === 'resourceLocator';
const valueFor = ({ type }: Field, value: string) =>
	type === 'resourceLocator' ? byId(value) : value;

/** Returns all text fields of an operation, also those in lists and under Options. */
function targetsOf(
	resource: string,
	{ value: operation, fields, options = [] }: (typeof image.operations)[number],
): Target[] {
	const needed = fields
		.filter((field) => isText(field) && (field.required || field.type === 'resourceLocator'))
		.filter((field) => !String(field.default).startsWith('='));
	const samples: IDataObject = {};
	for (const field of needed) samples[field.name] = valueFor(field, exampleOf(field));
	for (const list of fields) {
		for (const { name } of groupsOf(list)) samples[list.name] = { [name]: [{}] };
	}
	const target = (field: Field, withValue: Target['withValue']): Target => ({
		...{ resource, operation, field, withValue },
		label: `${resource} ${operation}: ${field.displayName} (${field.name})`,
	});
	return [
		...fields.filter(isText).map((field) =>
			target(field, (value) => ({
				...samples,
				...conditionsOf(field, 'siblings'),
				[field.name]: valueFor(field, value),
			})),
		),
		...options.filter(isText).map((field) =>
			target(field, (value) => ({
				...samples,
				...conditionsOf(field, 'root'),
				options: { [field.name]: value },
			})),
		),
		...fields.flatMap((list) =>
			groupsOf(list).flatMap(({ name: group, values }) =>
				values.filter(isText).map((field) =>
					target(field, (value) => ({
						...samples,
						[list.name]: {
							[group]: [{ ...conditionsOf(field, 'siblings'), [field.name]: value }],
						},
					})),
				),
			),
		),
	];
}

/** Returns the groups of a list of fields. */
const groupsOf = ({ type, options = [] }: INodeProperties) =>
	type === 'fixedCollection'
		? (options as Array<{ name: string; values: Field[] }>).filter(({ values }) => values)
		: [];

const TARGETS = [
	...[archive, document, image, text, video, website, workflow].flatMap(({ value, operations }) =>
		operations.flatMap((operation) => targetsOf(value, operation)),
	),
	...targetsOf('file', analyze),
];

it('covers text fields of every kind', () => {
	const kinds = new Set(TARGETS.map(({ field }) => field.takes ?? field.type));
	expect(kinds).toEqual(new Set(['string', 'list', 'resourceLocator']));
	const names = TARGETS.map(({ field }) => field.name);
	for (const name of ['watermarkFile', 'path', 'itemFile', 'pages', 'borderColor', 'jobId']) {
		expect(names).toContain(name);
	}
});

/** Fields whose text is one value are of the same kind, whatever they are for. */
const kindOf = ({ resource, field: { name, takes, type } }: Target) =>
	TASK_TEXTS.includes(name) ? name : [resource, takes ?? type].join(' ');

const counts = new Map<string, number>();

/**
 * Returns all values for the first field of a kind, and a third of them, in turn, for each further one, because the same code
 * encodes them.
 */
function valuesFor(target: Target): string[] {
	const count = counts.get(kindOf(target)) ?? 0;
	counts.set(kindOf(target), count + 1);
	return HOSTILE.filter((_, n) => count === 0 || (n + count) % 3 === 0);
}

describe.each(TARGETS.map((target) => [target.label, target] as const))('%s', (_, target) => {
	const { field, withValue } = target;

	/** Runs the operation, and returns the shape of the request or the error without one. */
	async function run(value: string): Promise<{ shape?: Shape; message?: string }> {
		recorder.requests.length = 0;
		const { resource, operation } = target;
		const own = { source: 'file', output: 'file', ...withValue(value) };
		const input = [{ json: { handle: 'HANDLE' } }];
		const result = await filestack(recorder.credentials(), resource, operation, own, { input });
		const paths = recorder.requests
			.map(({ path }) => path)
			.filter((path) => !/metadata$/.test(path));
		const message = result.data.resultData.error?.message;
		return paths.length > 0 ? { shape: shapeOf(paths[0]), message } : { message };
	}

	it('is one value in the request', async () => {
		const usual = await run(exampleOf(field));
		if (!usual.shape) throw new Error(`No request with the example: ${usual.message}`);
		const changed: unknown[] = [];
		for (const value of valuesFor(target)) {
			const { shape, message } = await run(value);
			const isExpected =
				shape === undefined
					? namesField(message, field)
					: TASK_TEXTS.includes(field.name)
						? shape.tasks.every(([name], index) => isHarmless(name, index))
						: JSON.stringify(shape.tasks) === JSON.stringify(usual.shape.tasks) &&
							(field.takes === 'list' || shape.sources === usual.shape.sources);
			if (!isExpected) changed.push([value, shape ?? message]);
		}
		expect(changed).toEqual([]);
	});
});

/** Whether an error says which field to correct. */
const namesField = (message: string | undefined, { displayName, type }: Field): boolean =>
	message?.includes(`“${displayName}”`) === true ||
	(type === 'resourceLocator' && message?.startsWith(`The ${displayName} `) === true);

/** Tasks that a text with tasks must not contain. */
const isHarmless = (task: string, index: number): boolean =>
	task === 'security'
		? index === 0
		: !/^(store|zip|run_workflow|workflow_status|video_convert|b64|debug)$/.test(task);

/** What a path asks for, without the values. */
interface Shape {
	/** The names of the tasks, with the names of their parameters. */
	tasks: Array<[task: string, parameters: string[]]>;
	sources: number;
}

/** Reads a path by Filestack's rules (docs, Processing), as sent: a percent-encoded quotation mark quotes. */
function shapeOf(path: string): Shape {
	const segments = split(path.slice(1), '/');
	if (segments.includes('b64')) return base64Shape(segments);
	const tasks: Shape['tasks'] = [];
	const others: string[] = [];
	for (const segment of segments) {
		const isTask = segment.includes('=') || TASKS.test(segment);
		if (!isTask || others.length > 1) others.push(segment);
		else {
			const [, name, parameters = ''] = /^([^=]*)=?(.*)$/.exec(segment)!;
			tasks.push([name, parameters ? split(parameters, ',').map(nameOfPair) : []]);
		}
	}
	const sources = others.filter((one) => one !== 'AKEYz');
	const [list = ''] = sources.filter((one) => one.startsWith('['));
	// Filestack decodes a path before it splits a list.
	const entries = split(list.slice(1, -1).replaceAll('%2C', ','), ',');
	return { tasks, sources: list ? entries.length : sources.length };
}

/** The tasks that are sent without parameters. */
const TASKS =
	/^(zip|store|pdfcreate|imagesize|caption|copyright|image_sentiment|ocr|sfw|tags|flip|flop|circle|monochrome|negative|redeye|no_metadata|rounded_corners|polaroid|torn_edges|vignette|shadow|border|video_convert|sharpen)$/;

const nameOfPair = (pair: string): string => pair.split(':', 1)[0];

/** Splits at a separator outside of quotation marks and brackets. */
function split(path: string, separator: string): string[] {
	const parts = [''];
	let isQuoted = false;
	let depth = 0;
	for (const token of path.match(/%22|[^]/g) ?? []) {
		if (token === '%22') isQuoted = !isQuoted;
		else if (!isQuoted) depth += Number(token === '[') - Number(token === ']');
		if (token === separator && !isQuoted && depth === 0) parts.push('');
		else parts[parts.length - 1] += token;
	}
	return parts;
}

function base64Shape(segments: string[]): Shape {
	const encoded = segments[segments.indexOf('b64') + 1];
	const tasks = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as Array<{
		name: string;
		params?: object;
	}>;
	const source = Buffer.from(/b64:\/\/(.*)/.exec(segments.join('/'))?.[1] ?? '', 'base64url');
	const names = (name: string, params: object) =>
		name === 'security' ? ['p', 's'] : Object.keys(params);
	return {
		tasks: tasks.map(({ name, params = {} }) => [name, names(name, params)]),
		sources: source.length > 0 ? 1 : 0,
	};
}
