import { FilestackError } from './error.mts';
import { extractHandle } from './files.mts';
import type { Parameters, Task, Value } from './processing/task.mts';
import { isTask, isWithoutSource } from './processing/taskRules.mts';

/** The components of a delivery path. */
export interface CdnPath {
	/** The first segment; required for any source other than a handle. */
	apiKey?: string;
	/** In the order in which they run. */
	tasks: readonly Task[];
	/** Handles, URLs or `src://` aliases; more than one only as a list. */
	sources: readonly string[];
	isList: boolean;
	/** `/metadata` follows the handle. */
	metadata: boolean;
	/** `debug` precedes the tasks. */
	debug: boolean;
}

/**
 * Parses `[APIKEY/][TASK[=PARAMETERS]/…]SOURCE[/metadata]` (Filestack docs, Processing): the source is a handle, a URL,
 * plain, quoted or percent-encoded, an alias, or a list of these in brackets.
 * @param path as sent: not decoded and without the query
 * @throws {FilestackError}
 */
export function readCdnPath(path: string): CdnPath {
	const tasks: Task[] = [];
	const segments = segmentsOf(path);
	let apiKey: string | undefined;
	let debug = false;
	const result = (sources: readonly string[], more: Partial<CdnPath> = {}): CdnPath => ({
		apiKey,
		tasks,
		sources,
		isList: false,
		metadata: false,
		debug,
		...more,
	});
	while (segments.length > 0) {
		const url = urlIn(segments);
		if (url !== undefined) return result([url]);
		const segment = decoded(segments.shift() ?? '');
		if (segment.startsWith('[')) return result(listIn(segment), { isList: true });
		if (segment === 'b64' && segments.length > 0) {
			const encoded = base64Parts(segments);
			tasks.push(...encoded.tasks);
			if (encoded.source === '') return result([]);
			const isList = encoded.source.startsWith('[');
			return result(isList ? listIn(encoded.source) : sourceOf(encoded.source), { isList });
		}
		const [name, parameters] = split(segment, '=');
		if (name === 'debug' && parameters === undefined && segments.length > 0) debug = true;
		else if (isTask(name)) tasks.push({ name, parameters: taskParameters(parameters ?? '') });
		else if (segments.length === 0 || (segments.length === 1 && segments[0] === 'metadata')) {
			return result([extractHandle(segment)], { metadata: segments.length === 1 });
		} else if (segment.includes('=') || apiKey !== undefined || tasks.length > 0) {
			throw new FilestackError(400, `task "${name.slice(0, 100)}" is not known`);
		} else apiKey = segment;
	}
	if (tasks.some(({ name }) => isWithoutSource(name))) return result([]);
	throw new FilestackError(404, 'File not found');
}

/** Splits the path at slashes except those in quotes, as in `store=path:"/folder/"`. */
function segmentsOf(path: string): string[] {
	const segments: string[] = [];
	let quoted = false;
	for (const piece of path.split('/').slice(1)) {
		if (quoted) segments.push(`${segments.pop()}/${piece}`);
		else segments.push(piece);
		if ((piece.match(/"|%22/g) ?? []).length % 2 === 1) quoted = !quoted;
	}
	return segments;
}

const EXTERNAL = /^(https?|src):\/\//i;

/** Returns the rest of the path if an external source begins here, plain, quoted or percent-encoded. */
function urlIn(segments: readonly string[]): string | undefined {
	if (/^(https?|src):$/i.test(decoded(segments[0]))) return decoded(segments.join('/'));
	if (segments.length !== 1) return undefined;
	// A quoted source may be percent-encoded in its quotes.
	const text = unquoted(decoded(segments[0]));
	const url = EXTERNAL.test(text) ? text : decodedOrSame(text);
	return EXTERNAL.test(url) ? url : undefined;
}

/** The sources of `[HANDLE,"https://…"]`. */
function listIn(text: string): string[] {
	const list = valueOf(text);
	if (!Array.isArray(list)) throw new FilestackError(400, 'invalid path');
	return list.map((source) => {
		if (typeof source !== 'string' || source === '') throw new FilestackError(400, 'invalid path');
		return EXTERNAL.test(source) ? source : decodedOrSame(source);
	});
}

const sourceOf = (text: string): string[] => [EXTERNAL.test(text) ? text : extractHandle(text)];

/** `b64/JSON/b64://SOURCE` (filestack-js, filelink): tasks as `[{"name":…,"params":…}]`. */
function base64Parts(segments: readonly string[]): { tasks: Task[]; source: string } {
	const [json, scheme, , source] = segments;
	const entries = parsedList(Buffer.from(json, 'base64url').toString());
	const tasks = entries.map((entry) => {
		const { name, params = {} } = entry as { name?: unknown; params?: unknown };
		if (typeof name !== 'string' || !isTask(name)) {
			throw new FilestackError(400, `task "${String(name).slice(0, 100)}" is not known`);
		}
		return { name, parameters: jsonParameters(params) };
	});
	const hasSource = scheme === 'b64:' && source !== undefined;
	return { tasks, source: hasSource ? Buffer.from(source, 'base64url').toString() : '' };
}

function parsedList(json: string): unknown[] {
	try {
		const value: unknown = JSON.parse(json);
		if (Array.isArray(value)) return value;
	} catch {
		// Reported below.
	}
	throw new FilestackError(400, 'invalid b64 tasks');
}

function jsonParameters(params: unknown): Parameters {
	if (typeof params !== 'object' || params === null) return { '': String(params) };
	return Object.fromEntries(
		Object.entries(params).map(([name, value]) => [name, jsonValue(value)]),
	);
}

const jsonValue = (value: unknown): Value =>
	Array.isArray(value) ? value.map(jsonValue) : String(value);

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		throw new FilestackError(400, 'invalid path');
	}
}

function decodedOrSame(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** Splits at the first occurrence of the mark. */
function split(text: string, mark: string): [string, string?] {
	const at = text.indexOf(mark);
	return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Parses `name:value` pairs separated by commas; a value may be quoted or a list in brackets. */
export function taskParameters(text: string): Parameters {
	if (text === '') return {};
	const parts = splitAtCommas(text);
	if (parts.length === 1 && !/^\w+:/.test(text)) return { '': valueOf(text) };
	return Object.fromEntries(
		parts.map((part) => {
			const [name, value = ''] = split(part, ':');
			return [name, valueOf(value)];
		}),
	);
}

function valueOf(text: string): Value {
	const trimmed = text.trim();
	if (!trimmed.startsWith('[') || !trimmed.endsWith(']')) return unquoted(trimmed);
	const inner = trimmed.slice(1, -1);
	return inner === '' ? [] : splitAtCommas(inner).map(valueOf);
}

const unquoted = (text: string): string => text.replace(/^"([^]*)"$/, '$1');

/** Splits at commas that are neither quoted nor in brackets. */
function splitAtCommas(text: string): string[] {
	const parts = [''];
	let quoted = false;
	let depth = 0;
	for (const character of text) {
		if (character === '"') quoted = !quoted;
		if (!quoted && character === '[') depth += 1;
		if (!quoted && character === ']') depth -= 1;
		if (character === ',' && !quoted && depth === 0) parts.push('');
		else parts[parts.length - 1] += character;
	}
	return parts;
}

/**
 * Returns the policy and signature of a `security` task, short (`p:…,s:…`) or long (`policy:…,signature:…`), in any
 * order.
 * @throws {FilestackError}
 */
export function securityIn(parameters: Parameters): { policy: string; signature: string } {
	const { p, policy = p, s, signature = s, ...other } = parameters;
	const isWhole = typeof policy === 'string' && typeof signature === 'string';
	if (!isWhole || Object.keys(other).length > 0) {
		throw new FilestackError(403, 'invalid security policy path');
	}
	return { policy, signature };
}
