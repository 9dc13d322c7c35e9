/** An HTML form, as a browser would submit it. */
export interface UploadForm {
	/** The absolute URL that it is submitted to. */
	action: string;
	method: string;
	enctype: string;
	/** The name of the (first) file field. */
	fileField: string;
	/** Whether the file field accepts several files. */
	multiple: boolean;
	/** The values of the other fields. */
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

/** Parses the attributes of a tag; an attribute without a value is an empty string. */
function attributesOf(tag: string): Record<string, string> {
	const attributes: Record<string, string> = {};
	const pattern = /([a-z][\w-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi;
	for (const [, name, double, single, bare] of tag.replace(/^<\w+/, '').matchAll(pattern)) {
		attributes[name.toLowerCase()] = unescape(double ?? single ?? bare ?? '');
	}
	return attributes;
}

/**
 * Finds the upload form of a page.
 * @param html the page
 * @param url the page's URL, which the form's action is relative to
 * @throws {Error} if there is no form with a file field
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
	throw new Error(`The page ${url} has no form with a file field`);
}
