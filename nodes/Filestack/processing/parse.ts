import type { Task, TaskValue } from './grammar';

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
