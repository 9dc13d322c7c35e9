/** An HTML form as a browser would send it. */
export interface UploadForm {
	/** Absolute URL that it is sent to. */
	action: string;
	method: string;
	enctype: string;
	/** Name of the (first) field for files. */
	fileField: string;
	/** Whether that field takes several files. */
	multiple: boolean;
	/** Values of the other fields, as the page has set them. */
	values: Record<string, string>;
}

function unescape(text: string): string {
	return text
		.replaceAll('&quot;', '"')
		.replaceAll('&#39;', "'")
		.replaceAll('&lt;', '<')
		.replaceAll('&gt;', '>')
		.replaceAll('&amp;', '&');
}

/** The attributes of a tag; one without a value is an empty text. */
function attributesOf(tag: string): Record<string, string> {
	const attributes: Record<string, string> = {};
	const pattern = /([a-z][\w-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi;
	for (const [, name, double, single, bare] of tag.replace(/^<\w+/, '').matchAll(pattern)) {
		attributes[name.toLowerCase()] = unescape(double ?? single ?? bare ?? '');
	}
	return attributes;
}

/**
 * Finds the form for uploading in a page.
 * @param html the page
 * @param url where the page came from; the form's address is relative to it
 * @throws {Error} when there is no form with a field for files
 */
export function parseUploadForm(html: string, url: string): UploadForm {
	for (const [form, opening] of html.matchAll(/(<form\b[^>]*>)[\s\S]*?<\/form>/gi)) {
		const inputs = [...form.matchAll(/<input\b[^>]*>/gi)].map(([tag]) => attributesOf(tag));
		const file = inputs.find(({ type, name }) => type === 'file' && name);
		if (!file) continue;
		const { action = '', method = 'get', enctype = '' } = attributesOf(opening);
		const others = inputs.filter(({ type, name }) => name && type !== 'file');
		return {
			action: new URL(action, url).href,
			method: method.toLowerCase(),
			enctype,
			fileField: file.name,
			multiple: 'multiple' in file,
			values: Object.fromEntries(others.map(({ name, value = '' }) => [name, value])),
		};
	}
	throw new Error(`The page ${url} has no form with a field for files`);
}
