import { KnownTexts } from '../../../nodes/shared/http/knownTexts';
import { Secrets } from '../../../nodes/shared/http/secrets';
import { SeededRandom } from '../../torture/seededRandom';

const known = (texts: string[], isWord = false) => {
	const all = new KnownTexts(isWord);
	for (const text of texts) all.add(text);
	return (text: string) => all.replaceIn(text, '*');
};

describe('a set of known texts', () => {
	it.each([
		[['abcdefgh'], 'abcdefgh', '*'],
		[['abcdefgh'], 'xABCDEFGHabcdefghy', 'x**y'],
		[['abcdefgh', 'abcdefghijkl'], 'abcdefghijkl abcdefghi', '* *i'],
		[['abcdefghijkl', 'abcdefgh'], 'abcdefghijkl', '*'],
		[['abcdefgh'], 'abcdefgh== abcdefgh%3D%3d abcdefgh===', '* * *='],
		[['übergröße'], 'Die übergröße İÜBERGRÖSSE', 'Die * İÜBERGRÖSSE'],
		[['αβγδεζΣ'], 'xαβγδεζΣαβ', 'x*αβ'],
		[['a😀b😀c'], 'xa😀b😀cx', 'x*x'],
		[['(a|b)+[c]$'], 'x(a|b)+[c]$x', 'x*x'],
		[['abc'], 'abc', 'abc'],
		[[''], 'abc', 'abc'],
		[[], 'abc', 'abc'],
		[['abcdefgh'], '', ''],
	])('%j replaces %j with %j', (texts, text, expected) => {
		expect(known(texts)(text)).toBe(expected);
	});

	it.each([
		['abcd', 'abcd abcde xabcd _abcd abcd.', '* abcde xabcd _abcd *.'],
		['abcd', 'ABCD éabcd abcdé 😀abcd😀 𝐀abcd', 'ABCD éabcd abcdé 😀*😀 𝐀abcd'],
	])('finds %j only as a separate word of the same case in %j', (text, given, expected) => {
		expect(known([text], true)(given)).toBe(expected);
	});

	it('replaces the same as a regular expression with an alternative for each text', () => {
		const random = new SeededRandom(7);
		const letters = () =>
			Array.from({ length: random.whole(4, 7) }, () => random.oneOf(['a', 'b', 'A', '=']));
		for (let n = 0; n < 300; n++) {
			const texts = Array.from({ length: random.whole(1, 5) }, () => letters().join(''));
			const text = Array.from({ length: 8 }, () => letters().join('')).join('');
			const longestFirst = texts.toSorted((a, b) => b.length - a.length).join('|');
			const expected = text.replace(new RegExp(`(?:${longestFirst})(?:=|%3D){0,2}`, 'gi'), '*');
			expect([texts, text, known(texts)(text)]).toEqual([texts, text, expected]);
		}
	});
});

describe('the secrets of an execution', () => {
	it('may be long: the error of a regular expression would contain them', () => {
		const secrets = new Secrets();
		const long = 'correct horse '.repeat(3000);
		secrets.add(long);
		expect(secrets.hideInError(`a ${long.slice(0, -1)} b`)).toBe('a **hidden** b');
		expect(secrets.hideInError('nothing')).toBe('nothing');
	});

	it('may be many: hiding one takes no longer with thousands of others', () => {
		const secrets = new Secrets();
		const start = performance.now();
		for (let n = 0; n < 3000; n++) {
			secrets.add(`${n}-${'policy'.repeat(40)}-${n}`);
			expect(secrets.hideIn(`{"name":"a-${n}"}`)).toBe(`{"name":"a-${n}"}`);
		}
		expect(secrets.hideIn(`x 7-${'policy'.repeat(40)}-7 y`)).toBe('x **hidden** y');
		// A regular expression took minutes.
		expect(performance.now() - start).toBeLessThan(20_000);
	});
});
