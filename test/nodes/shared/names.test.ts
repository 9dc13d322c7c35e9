import { containsName, foldName, isBlankText, isSameName } from '../../../nodes/shared/text';
import { SeededRandom } from '../../torture/seededRandom';

describe('two names', () => {
	it.each([
		['in different case', 'Contract.PDF', 'cONTRACT.pdf'],
		['as macOS stores it', 'Ve\u0301rtrag \u00dcbersicht', 'v\u00e9rtrag u\u0308BERSICHT'],
		['German ß in capitals', 'Straße', 'STRASSE'],
		['German capital ẞ', 'STRAẞE', 'straße'],
		['Greek final sigma', 'Οδυσσεύς', 'ΟΔΥΣΣΕΎΣ'],
		['Greek sigma inside of a longer word', 'ΟΔΟΣ', 'οδοσ'],
		['Greek iota below', 'ᾳ', 'ΑΙ'],
		['Turkish capital with its dot', 'İSTANBUL', 'istanbul'],
		['Turkish capital with its dot, decomposed', 'I\u0307STANBUL', 'istanbul'],
		['Turkish small letter without its dot', 'ısparta', 'ISPARTA'],
		['both Turkish letters', 'DIYARBAKIR İLİ', 'diyarbakır ili'],
		['Lithuanian, with the dot kept', 'i\u0307\u0301', 'Í'],
		['ligatures', 'Ofﬁce', 'OFFICE'],
		['full width', 'ＡＢＣ１２', 'abc12'],
		['Kelvin and Ångström', '\u212a\u212b', 'kå'],
		['long s', 'ſ', 'S'],
		['micro sign', 'µ', 'Μ'],
		['a soft hyphen', 'con\u00adtract', 'CONTRACT'],
		['a zero-width space', 'con\u200btract', 'contract'],
		['Georgian', 'ქართული', 'ᲥᲐᲠᲗᲣᲚᲘ'],
		['Cherokee', 'ꭰ', 'Ꭰ'],
		['Armenian ligature', 'և', 'ԵՒ'],
		['Adlam, beyond 16 bits', '𞤀', '𞤢'],
		['compatibility ideographs', '\uf900', '豈'],
		['half-width kana', 'ｶﾞ', 'ガ'],
		['a no-break space', 'a\u00a0b', 'a b'],
	])('are equal, %s: %j, %j', (_, one, other) => {
		expect(isSameName(one, other)).toBe(true);
		expect(containsName(`x ${one} y`, other)).toBe(true);
	});

	it.each([
		['another letter', 'a', 'b'],
		['an accent', 'e', 'é'],
		['a digit', '1', '2'],
		['Cyrillic', 'а', 'a'],
		['a dot that is part of the letter', 'ż', 'z'],
		['ss and s', 'masse', 'mase'],
	])('are different, %s: %j, %j', (_, one, other) => {
		expect(isSameName(one, other)).toBe(false);
	});

	it.each([undefined, null, 1, {}, ['a']])('are different if they are %j', (name) => {
		expect(isSameName(name, name)).toBe(false);
		expect(containsName(name, '')).toBe(false);
	});
});

it.each([
	['a Greek word within another', 'ΟΔΟΣΗΜΑΝΣΗ.pdf', 'οδος'],
	['a word up to the ß', 'Straßenkarte', 'STRAS'],
	['the second half of a ligature', 'oﬃce', 'ice'],
	['the dot of a Turkish capital', 'DENİZ', 'eni'],
])('a name contains %s: %j, %j', (_, name, text) => {
	expect(containsName(name, text)).toBe(true);
});

describe('every character of Unicode', () => {
	const all = Array.from({ length: 0x110000 }, (_, code) => code)
		.filter((code) => code < 0xd800 || code > 0xdfff)
		.map((code) => String.fromCodePoint(code))
		// Unassigned, private and most Chinese characters have neither case nor other forms.
		.filter((text) => !/[\p{Cn}\p{Co}\p{Unified_Ideograph}]/u.test(text));
	const FORMS: Record<string, (text: string) => string> = {
		'lower case': (text) => text.toLowerCase(),
		'upper case': (text) => text.toUpperCase(),
		'upper, then lower case': (text) => text.toUpperCase().toLowerCase(),
		'lower, then upper case': (text) => text.toLowerCase().toUpperCase(),
		NFC: (text) => text.normalize('NFC'),
		NFD: (text) => text.normalize('NFD'),
		NFKC: (text) => text.normalize('NFKC'),
		NFKD: (text) => text.normalize('NFKD'),
		'NFD of upper case': (text) => text.toUpperCase().normalize('NFD'),
		'Turkish lower case': (text) => text.toLocaleLowerCase('tr'),
		'Turkish upper case': (text) => text.toLocaleUpperCase('tr'),
		'Lithuanian lower case': (text) => text.toLocaleLowerCase('lt'),
		'Lithuanian upper case': (text) => text.toLocaleUpperCase('lt'),
		'a second normalization': foldName,
	};

	it.each(Object.keys(FORMS))('has the same normalized form after: %s', (name) => {
		const form = FORMS[name];
		const changed = all.filter((text) => form(text) !== text);
		expect(changed.filter((text) => foldName(form(text)) !== foldName(text))).toEqual([]);
	});

	it('has the same normalized form in random combinations, which Unicode normalization may compose', () => {
		const random = new SeededRandom(13);
		const different: string[][] = [];
		const special = [...'iıİIjσςΣßẞſµéüåŉǰΐᾳᾴﬁﬃǅ\u0307\u0301\u0308\u0323\u0328\u0345\u00ad\u200d'];
		for (let n = 0; n < 20_000; n++) {
			const text = Array.from({ length: random.whole(1, 6) }, () =>
				random.oneOf(random.next() < 0.6 ? special : all),
			)
				.join('')
				// NFC, because an iota subscript before other marks would pass them to the capital iota.
				.normalize('NFC');
			const folded = foldName(text);
			for (const [name, form] of Object.entries(FORMS)) {
				// Skips the languages' own rules for texts with a dot: they add or remove that dot.
				if (/Turkish|Lithuanian/.test(name) && text.includes('\u0307')) continue;
				const changed = form(text);
				if (changed !== text && foldName(changed) !== folded) different.push([name, text]);
			}
		}
		expect(different).toEqual([]);
	});
});

it.each([
	'',
	' ',
	'\t\n',
	'\u00a0',
	'\u3000',
	'\ufeff',
	'\u200b',
	'\u00ad',
	'\u2060',
	'\0',
	'\u2800',
])('%j is blank', (text) => {
	expect(isBlankText(text)).toBe(true);
	expect(isBlankText(`${text}a${text}`)).toBe(false);
});

it('a name of 100,000 characters is compared without a timeout', () => {
	expect(containsName('i\u0301\u0307'.repeat(50_000), 'x')).toBe(false);
});
