import { createHash } from 'node:crypto';

export const text = (content: string, type = 'text/plain'): Blob => new Blob([content], { type });

/** Creates a form whose files are all called `name`. */
export function form(fields: Record<string, string | Blob>, name: string): FormData {
	const data = new FormData();
	for (const [field, value] of Object.entries(fields)) {
		if (typeof value === 'string') data.append(field, value);
		else data.append(field, value, name);
	}
	return data;
}

export const sha256 = (content: string | Buffer): string =>
	createHash('sha256').update(content).digest('hex');
