/** Reading answers whose form is not ours: every step says where it failed instead of handing on `undefined`. */

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at a path such as `data.results.0.id`, or undefined. */
export function getPath(value: unknown, path: string): unknown {
	let current = value;
	for (const key of path.split('.')) {
		if (typeof current !== 'object' || current === null) return undefined;
		current = (current as JsonObject)[key];
	}
	return current;
}

/** A text, or another where there is none. */
export function stringOr(value: unknown, other: string): string {
	return typeof value === 'string' ? value : other;
}

function fail(path: string, expected: string, seen: unknown): never {
	const shown = JSON.stringify(seen)?.slice(0, 200) ?? 'nothing';
	throw new Error(`Expected ${expected} at "${path}", found ${shown}`);
}

/** @throws {Error} when there is no text at the path */
export function getString(value: unknown, path: string): string {
	const found = getPath(value, path);
	return typeof found === 'string' ? found : fail(path, 'a text', found);
}

/** @throws {Error} when there is no object at the path */
export function getObject(value: unknown, path: string): JsonObject {
	const found = getPath(value, path);
	return isObject(found) ? found : fail(path, 'an object', found);
}

/** @throws {Error} when there is no list of objects at the path */
export function getObjects(value: unknown, path: string): JsonObject[] {
	const found = getPath(value, path);
	return Array.isArray(found) && found.every(isObject) ? found : fail(path, 'a list', found);
}
