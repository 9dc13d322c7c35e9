/** A value of a parameter of a processing task; a list may contain lists. */
export type TaskValue = string | number | boolean | readonly TaskValue[];

/** One step of a processing URL (Filestack docs, Processing). Tasks run from left to right, and may repeat. */
export interface Task {
	name: string;
	/** The parameters by name, or a single value, as in `cache=false`. */
	params?: Readonly<Record<string, TaskValue>> | TaskValue;
}

/** What a processing URL consists of. */
export interface Processing {
	/** Required for every source other than a handle. */
	apiKey?: string;
	tasks: readonly Task[];
	/** Handles, URLs or `src://` aliases: none, one, or a list. */
	sources?: string | readonly string[];
}

export interface SignedTask {
	policy: string;
	signature: string;
}

/**
 * Returns the path of a processing URL, with a leading slash. Every character that could end a value, a task or the path
 * is quoted or percent-encoded, so that no value can add a parameter, a task or a source. Values that cannot be quoted use
 * the Base64 form (filestack-js, filelink).
 */
export function processingPath(
	{ apiKey, tasks, sources }: Processing,
	signed?: SignedTask,
): string {
	const key = apiKey === undefined ? [] : [encodeURIComponent(apiKey)];
	if (tasks.some(needsBase64)) return base64Path(key, tasks, sources, signed);
	const security = signed ? [`security=p:${signed.policy},s:${signed.signature}`] : [];
	const source = sources === undefined ? [] : [sourceSegment(sources)];
	return `/${[...key, ...security, ...tasks.map(taskSegment), ...source].join('/')}`;
}

/** Returns a task as text, in the form that Filestack's documentation uses: `resize=width:300,height:200`. */
function taskSegment({ name, params }: Task): string {
	if (params === undefined) return name;
	if (!isParameters(params)) return `${name}=${valueText(params)}`;
	const pairs = Object.entries(params).map(([key, value]) => `${key}:${valueText(value)}`);
	return pairs.length > 0 ? `${name}=${pairs.join(',')}` : name;
}

/** Whether the parameters of a task are pairs, not a single value. */
export const isParameters = (
	params: Task['params'],
): params is Readonly<Record<string, TaskValue>> =>
	typeof params === 'object' && !Array.isArray(params);

function valueText(value: TaskValue): string {
	if (typeof value === 'object') return `[${value.map(valueText).join(',')}]`;
	return typeof value === 'string' ? quoted(value) : String(value);
}

/** Quotes a text with a character that has a meaning in the grammar, like filestack-js, which quotes for `/` and `,`. */
const quoted = (text: string): string =>
	/[/,[\]]/.test(text) ? `%22${encodeRaw(text, '/,')}%22` : encodeRaw(text);

/** Percent-encodes all but the characters that neither the grammar nor a URL interprets, and those in `raw`. */
const encodeRaw = (text: string, raw = ''): string =>
	[...text]
		.map((char) => (/^[\w.\-~:=@]$/.test(char) || raw.includes(char) ? char : percent(char)))
		.join('');

const percent = (char: string): string =>
	/^[!'()*]$/.test(char)
		? `%${char.charCodeAt(0).toString(16).toUpperCase()}`
		: encodeURIComponent(char);

/**
 * Whether a task contains a text that cannot be quoted: with a quotation mark, which ends the quoted text, or with a
 * segment `.` or `..`, which a URL parser would resolve.
 */
const needsBase64 = ({ params }: Task): boolean =>
	textsIn(params).some((text) => text.includes('"') || /(^|[/\\])\.{1,2}($|[/\\])/.test(text));

function textsIn(params: Task['params']): string[] {
	if (typeof params === 'string') return [params];
	if (typeof params !== 'object') return [];
	return Object.values(params).flatMap((value: TaskValue) => textsIn(value));
}

/** Whether a source is a handle, and not a URL or a storage alias. */
export const isHandle = (source: string): boolean => !source.includes('://');

function sourceSegment(sources: string | readonly string[]): string {
	if (typeof sources === 'object') return `[${sources.map(listedSource).join(',')}]`;
	return /^src:/i.test(sources) ? listedSource(sources) : encodeURIComponent(sources);
}

const listedSource = (source: string): string =>
	isHandle(source) ? encodeURIComponent(source) : `%22${encodeURIComponent(source)}%22`;

/** `[KEY/]b64/TASKS/b64://SOURCE`, where the policy is a task as well (filestack-js, filelink, `toString`). */
function base64Path(
	key: string[],
	tasks: readonly Task[],
	sources: Processing['sources'],
	signed: SignedTask | undefined,
): string {
	const security = signed
		? [{ name: 'security', params: { policy: signed.policy, signature: signed.signature } }]
		: [];
	const json = JSON.stringify([...security, ...tasks].map(withoutEmptyParams));
	const source = sources === undefined ? [] : [`b64://${base64Url(sourceText(sources))}`];
	return `/${[...key, 'b64', base64Url(json), ...source].join('/')}`;
}

const withoutEmptyParams = ({ name, params }: Task): Task =>
	params === undefined || (isParameters(params) && Object.keys(params).length === 0)
		? { name }
		: { name, params };

/** A list is encoded as the text that it has in a path. */
const sourceText = (sources: string | readonly string[]): string =>
	typeof sources === 'string'
		? sources
		: `[${sources.map((source) => (isHandle(source) ? source : `"${source}"`)).join(',')}]`;

/** URL-safe Base64 with its padding, which filestack-js keeps. */
const base64Url = (text: string): string =>
	Buffer.from(text).toString('base64').replace(/\+/g, '-').replace(/\//g, '_');

/** A text that is not a list of tasks; the message continues a field's label. */
export class TaskSyntaxError extends Error {}

/** Characters of a text that an error quotes. */
const QUOTED_LENGTH = 60;

/**
 * Parses tasks in the form that Filestack's documentation uses: `resize=width:300,fit:crop/output=format:png`. Also
 * accepts one task per line. A text that contains `/` or `,` is in quotation marks.
 * @throws TaskSyntaxError
 */
export function parseTasks(text: string): Task[] {
	const segments = splitOutside(text, /[/\n\r]/).map((segment) => segment.trim());
	return segments.filter(Boolean).map(parseTask);
}

function parseTask(segment: string): Task {
	const [, name = '', , parameters] = /^(\w+)(=([^]*))?$/.exec(segment) ?? [];
	if (!/^[a-z][a-z0-9_]*$/.test(name)) {
		throw new TaskSyntaxError(
			`has a step that is not a task: “${segment.slice(0, QUOTED_LENGTH)}”`,
		);
	}
	if (parameters === undefined || parameters.trim() === '') return { name };
	const pairs = splitOutside(parameters, /,/).map((pair) => /^\s*([a-z_]+)\s*:([^]*)$/.exec(pair));
	if (pairs.length === 1 && pairs[0] === null) return { name, params: parseValue(parameters) };
	const params: Record<string, TaskValue> = {};
	for (const pair of pairs) {
		if (pair === null || Object.hasOwn(params, pair[1])) {
			const problem = pair ? `sets “${pair[1]}” twice` : 'has a parameter without a name';
			throw new TaskSyntaxError(`${problem}: “${segment.slice(0, QUOTED_LENGTH)}”`);
		}
		params[pair[1]] = parseValue(pair[2]);
	}
	return { name, params };
}

/** Numbers and booleans keep their type, so that they are the same in a path and in the Base64 form. */
function parseValue(given: string): TaskValue {
	const text = given.trim();
	if (text.startsWith('[') && text.endsWith(']')) {
		const inner = text.slice(1, -1).trim();
		return inner === '' ? [] : splitOutside(inner, /,/).map(parseValue);
	}
	if (text === 'true' || text === 'false') return text === 'true';
	if (/^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/.test(text)) return Number(text);
	return text.replace(/^"([^]*)"$/, '$1');
}

/** Splits a text at a separator, except within quotation marks and brackets. */
function splitOutside(text: string, separator: RegExp): string[] {
	const parts = [''];
	let isQuoted = false;
	let depth = 0;
	for (const char of text) {
		if (char === '"') isQuoted = !isQuoted;
		else if (!isQuoted && char === '[') depth += 1;
		else if (!isQuoted && char === ']') depth -= 1;
		if (!isQuoted && depth === 0 && separator.test(char)) parts.push('');
		else parts[parts.length - 1] += char;
	}
	if (isQuoted || depth !== 0) {
		throw new TaskSyntaxError(`has an unclosed ${isQuoted ? 'quotation mark' : 'bracket'}`);
	}
	return parts;
}
