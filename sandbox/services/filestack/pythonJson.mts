/**
 * Serializes JSON like Python's `json.dumps`: a space after each comma and colon, non-ASCII characters escaped. The
 * official webhook test vector (filestack-js, security.spec.node.ts) has these spaces, so that receivers which parse
 * and re-serialize the body before they check its signature fail.
 */
export function pythonJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
	if (typeof value === 'object' && value !== null) {
		const fields = Object.entries(value).filter(([, field]) => field !== undefined);
		return `{${fields.map(([name, field]) => `${text(name)}: ${pythonJson(field)}`).join(', ')}}`;
	}
	return typeof value === 'string' ? text(value) : JSON.stringify(value);
}

function text(value: string): string {
	return JSON.stringify(value).replace(
		/[^\x20-\x7e]/g,
		(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}
