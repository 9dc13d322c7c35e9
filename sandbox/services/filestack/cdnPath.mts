import { FilestackError } from './error.mts';
import { extractHandle } from './files.mts';

/** The tasks that the sandbox supports. It does not transform images. */
const TASKS = ['security', 'cache', 'imagesize', 'store', 'run_workflow'] as const;
export type Task = (typeof TASKS)[number];

/** The components of a delivery path. */
export interface CdnPath {
	/** The first segment of a path to an external URL. */
	apiKey?: string;
	/** The parameters by task, as written in the path. */
	tasks: ReadonlyMap<Task, string>;
	/** Absent if `url` is set. */
	handle?: string;
	/** An external source. */
	url?: string;
	/** `/metadata` follows the handle. */
	metadata: boolean;
}

/**
 * Parses `[APIKEY/][TASK[=PARAMETERS]/…]HANDLE[/metadata]` or, instead of the handle, a URL (Filestack docs,
 * Processing). Tasks may be in any order.
 * @param path as sent: not decoded and without the query
 * @throws {FilestackError}
 */
export function readCdnPath(path: string): CdnPath {
	const tasks = new Map<Task, string>();
	const segments = segmentsOf(path);
	let apiKey: string | undefined;
	while (segments.length > 0) {
		const url = urlIn(segments);
		if (url !== undefined) return { apiKey, tasks, url, metadata: false };
		const segment = decoded(segments.shift() ?? '');
		const [name, parameters = ''] = split(segment, '=');
		if (isTask(name)) {
			if (tasks.has(name)) throw new FilestackError(400, `task "${name}" is given twice`);
			tasks.set(name, parameters);
		} else if (segments.length === 0 || (segments.length === 1 && segments[0] === 'metadata')) {
			return { apiKey, tasks, handle: extractHandle(segment), metadata: segments.length === 1 };
		} else if (segment.includes('=') || apiKey !== undefined || tasks.size > 0) {
			throw new FilestackError(400, `task "${name.slice(0, 100)}" is not known`);
		} else apiKey = segment;
	}
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

/** Returns the rest of the path if an external URL begins here, plain or percent-encoded. */
function urlIn(segments: readonly string[]): string | undefined {
	if (/^https?:$/i.test(decoded(segments[0]))) return decoded(segments.join('/'));
	return segments.length === 1 && /^https?:\/\//i.test(decoded(segments[0]))
		? decoded(segments[0])
		: undefined;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		throw new FilestackError(400, 'invalid path');
	}
}

function isTask(name: string): name is Task {
	return (TASKS as readonly string[]).includes(name);
}

/** Splits at the first occurrence of the mark. */
function split(text: string, mark: string): [string, string?] {
	const at = text.indexOf(mark);
	return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Parses `name:value` pairs separated by commas; a value may be quoted or a list in brackets. */
export function taskParameters(text: string): Record<string, string> {
	const pairs = text.matchAll(/([^:,]+):("[^"]*"|\[[^\]]*\]|[^,]*)(?:,|$)/g);
	return Object.fromEntries(
		[...pairs].map(([, name, value]) => [name, value.replace(/^"|"$/g, '')]),
	);
}

/**
 * Parses the policy and signature of a `security` task, short (`p:…,s:…`) or long (`policy:…,signature:…`), in any
 * order.
 * @throws {FilestackError}
 */
export function securityIn(text: string): { policy: string; signature: string } {
	const { p, policy = p, s, signature = s, ...other } = taskParameters(text);
	if (policy === undefined || signature === undefined || Object.keys(other).length > 0) {
		throw new FilestackError(403, 'invalid security policy path');
	}
	return { policy, signature };
}
