/** Python's white space: with four separators and NEL, but without the byte order mark of JavaScript's `trim`. */
const PYTHON_SPACE =
	'[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const OUTER_SPACE = new RegExp(`^${PYTHON_SPACE}|${PYTHON_SPACE}$`, 'g');

/** Removes white space at both ends like Python's `str.strip()`. */
export function strip(text: string): string {
	return text.replace(OUTER_SPACE, '');
}
