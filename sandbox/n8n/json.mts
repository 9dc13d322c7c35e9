/** Reads values from n8n's responses; throws an error with the path instead of returning `undefined`. */

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the value at a path such as `data.results.0.id`, or undefined. */
export function getPath(value: unknown, path: string): unknown {
	let current = value;
	for (const key of path.split('.')) {
		if (typeof current !== 'object' || current === null) return undefined;
		current = (current as JsonObject)[key];
	}
	return current;
}

/** Returns the value if it is a string, otherwise the fallback. */
export function stringOr(value: unknown, other: string): string {
	return typeof value === 'string' ? value : other;
}

function fail(path: string, expected: string, seen: unknown): never {
	const shown = JSON.stringify(seen)?.slice(0, 200) ?? 'nothing';
	throw new Error(`Expected ${expected} at "${path}", found ${shown}`);
}

/** @throws {Error} if the value at the path is not a string */
export function getString(value: unknown, path: string): string {
	const found = getPath(value, path);
	return typeof found === 'string' ? found : fail(path, 'a text', found);
}

/** @throws {Error} if the value at the path is not an object */
export function getObject(value: unknown, path: string): JsonObject {
	const found = getPath(value, path);
	return isObject(found) ? found : fail(path, 'an object', found);
}

/** @throws {Error} if the value at the path is not a list of objects */
export function getObjects(value: unknown, path: string): JsonObject[] {
	const found = getPath(value, path);
	return Array.isArray(found) && found.every(isObject) ? found : fail(path, 'a list', found);
}
