/** As {@link attachment}, for a file that a browser may show. */
export function inline(name: string): string {
	return attachment(name).replace('attachment', 'inline');
}

/**
 * A Content-Disposition that saves under `name`, whatever characters it has (RFC 6266): a plain form for old clients
 * and `filename*` in UTF-8 for the others. The name must be well-formed Unicode.
 */
export function attachment(name: string): string {
	const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
	const encoded = encodeURIComponent(name).replace(
		/['()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
	return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
