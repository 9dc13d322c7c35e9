import { isJsonObject, type Json } from '../service';

/** Levels of a body beyond which it is no delivery: n8n could not store an item that is nested much deeper. */
const DEEPEST = 100;

/**
 * The JSON object in a body that was verified; undefined if it contains anything else or is nested too deep. Keys named
 * `__proto__` are left out: copied by other nodes, they would change what an item inherits.
 */
export function bodyIn(raw: Buffer): Json | undefined {
	try {
		const body: unknown = JSON.parse(raw.toString('utf8').replace(/^\uFEFF/, ''));
		return isJsonObject(body) && !isDeeper(body, DEEPEST) ? (safe(body) as Json) : undefined;
	} catch {
		return undefined;
	}
}

function isDeeper(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}

function safe(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(safe);
	if (!isJsonObject(value)) return value;
	const own = Object.entries(value).filter(([key]) => key !== '__proto__');
	return Object.fromEntries(own.map(([key, one]) => [key, safe(one)]));
}

/**
 * A text that two values share if they have the same content. White space and the order of keys make no difference: a
 * service may write the same delivery differently when it sends it again.
 */
export function contentKey(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(contentKey).join(',')}]`;
	if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
	const members = Object.keys(value)
		.sort()
		.map((key) => `${JSON.stringify(key)}:${contentKey(value[key])}`);
	return `{${members.join(',')}}`;
}
