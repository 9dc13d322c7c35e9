import { isJsonObject, type Json } from '../http/service';

/** Maximum nesting of a body; n8n could not store an item that is nested much deeper. */
const MAX_DEPTH = 100;

/**
 * Parses a verified body; undefined if it is not a JSON object or is nested too deeply. Drops keys named `__proto__`,
 * because other nodes that copy the item would otherwise change its prototype.
 */
export function bodyIn(raw: Buffer): Json | undefined {
	try {
		const body: unknown = JSON.parse(raw.toString('utf8').replace(/^\uFEFF/, ''));
		return isJsonObject(body) && !isDeeper(body, MAX_DEPTH)
			? (withoutProtoKeys(body) as Json)
			: undefined;
	} catch {
		return undefined;
	}
}

function isDeeper(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}

function withoutProtoKeys(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutProtoKeys);
	if (!isJsonObject(value)) return value;
	const own = Object.entries(value).filter(([key]) => key !== '__proto__');
	return Object.fromEntries(own.map(([key, one]) => [key, withoutProtoKeys(one)]));
}

/**
 * Serializes a value so that equal content yields equal text. Ignores white space and the order of keys, because a
 * service may serialize a retry differently.
 */
export function contentKey(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(contentKey).join(',')}]`;
	if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
	const members = Object.keys(value)
		.sort()
		.map((key) => `${JSON.stringify(key)}:${contentKey(value[key])}`);
	return `{${members.join(',')}}`;
}
