/** Characters with which a search finds the texts that may start at a position. */
const START = 4;
/** Entries, and bytes, of the table that excludes most positions before a search compares texts. */
const TABLE_SIZE = 8192;

const LETTER = /[\p{L}\p{N}_]/u;

/**
 * A set of texts that can be replaced in other texts. Not a regular expression with an alternative for each: an execution
 * with thousands of items has thousands of secrets, V8 would compile it again after each, and rejects one with a text of
 * 40,000 characters, with an error that contains it.
 */
export class KnownTexts {
	private readonly byStart = new Map<string, string[]>();
	/** Created for the first text, because every delivery has its own set. */
	private table = new Uint8Array();
	private readonly all = new Set<string>();
	/** Characters of the longest text; 0 without texts. */
	longest = 0;

	/** @param isWord whether a text is only found as a separate word, in the same case */
	constructor(private readonly isWord: boolean) {}

	/** Adds a text; ignores one of fewer than four characters. */
	add(given: string): void {
		const text = this.fold(given);
		if (text.length < START || this.all.has(text)) return;
		this.all.add(text);
		this.longest = Math.max(this.longest, text.length);
		if (this.table.length === 0) this.table = new Uint8Array(TABLE_SIZE);
		this.table[hashAt(text, 0)] = 1;
		const start = text.slice(0, START);
		const known = this.byStart.get(start);
		// Longest first, because one may be the start of another.
		if (known) known.splice(indexFor(known, text.length), 0, text);
		else this.byStart.set(start, [text]);
	}

	/** Replaces the texts, each with the padding of Base64 that may follow it; a text that contains none is returned as it is. */
	replaceIn(text: string, replacement: string): string {
		if (this.longest === 0) return text;
		const folded = this.fold(text);
		let result = '';
		let copied = 0;
		for (let at = 0; at <= folded.length - START; at++) {
			if (this.table[hashAt(folded, at)] === 0) continue;
			const length = this.lengthAt(folded, at);
			if (length === 0) continue;
			result += text.slice(copied, at) + replacement;
			copied = at + length;
			at = copied - 1;
		}
		return copied === 0 ? text : result + text.slice(copied);
	}

	/** Returns the characters of the text at a position; 0 if none is there. */
	private lengthAt(folded: string, at: number): number {
		const known = this.byStart.get(folded.slice(at, at + START)) ?? [];
		const found = known.find((one) => folded.startsWith(one, at) && this.fits(folded, at, one));
		if (found === undefined) return 0;
		return this.isWord ? found.length : paddedEnd(folded, at + found.length) - at;
	}

	private fits(text: string, at: number, found: string): boolean {
		if (!this.isWord) return true;
		const before = text.slice(Math.max(0, at - 2), at);
		const after = text.codePointAt(at + found.length);
		return (
			!LETTER.test([...before].at(-1) ?? '') &&
			(after === undefined || !LETTER.test(String.fromCodePoint(after)))
		);
	}

	/** Ignores the case of ASCII letters, which changes neither the length nor depends on other characters. */
	private fold(text: string): string {
		if (this.isWord) return text;
		return isAscii(text)
			? text.toLowerCase()
			: text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
	}
}

const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text);

const hashAt = (text: string, at: number): number =>
	(text.charCodeAt(at) ^
		(text.charCodeAt(at + 1) << 3) ^
		(text.charCodeAt(at + 2) << 6) ^
		(text.charCodeAt(at + 3) << 9)) &
	(TABLE_SIZE - 1);

function indexFor(texts: readonly string[], length: number): number {
	let [low, high] = [0, texts.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (texts[middle].length > length) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** Returns the end of up to two characters of padding, plain or percent-encoded. */
function paddedEnd(folded: string, from: number): number {
	let end = from;
	for (let count = 0; count < 2; count++) {
		if (folded[end] === '=') end += 1;
		else if (folded.startsWith('%3d', end)) end += 3;
	}
	return end;
}
