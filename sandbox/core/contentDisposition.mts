/** Like {@link attachment}, for a file that a browser may display. */
export function inline(name: string): string {
	return attachment(name).replace('attachment', 'inline');
}

/**
 * Returns a Content-Disposition that saves under `name`, whatever its characters (RFC 6266): an ASCII name for old
 * clients and `filename*` in UTF-8 for all others. The name must be well-formed Unicode.
 */
export function attachment(name: string): string {
	const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
	const encoded = encodeURIComponent(name).replace(
		/['()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
	return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
