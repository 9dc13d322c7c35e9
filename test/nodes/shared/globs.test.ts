import { matchesGlob } from '../../../nodes/shared/node/filters';

it.each([
	['', 'anything', true],
	[undefined, undefined, true],
	['report.pdf', 'Report.PDF', true],
	['report.pdf', 'my report.pdf', false],
	['*.pdf', 'a.pdf', true],
	['*.pdf', 'a.pdf.exe', false],
	['invoice*', 'Invoice 7.pdf', true],
	['invoice*', 'my invoice', false],
	['*@acme.com', 'bob@acme.com', true],
	['a*b*c', 'a1b2c', true],
	['a*b*c', 'a1c2b', false],
	['ab*ba', 'aba', false],
	['*', '', true],
	['x*', undefined, false],
	['12*', 1234, true],
	['12', 1234, false],
	['.*', 'x', false],
	['übung*.pdf', 'U\u0308BUNG 7.PDF', true],
	['*straße', 'HAUPTSTRASSE', true],
	['istanbul*', 'İSTANBUL.pdf', true],
	['*οδός', 'Η ΟΔΌΣ', true],
	['＊', 'anything', false],
	['＊', 'a'.replace('a', '＊'), true],
	['*', '＊', true],
	['cafe*', 'cafe\u0301', false],
])('the pattern %j matches %j: %s', (pattern, text, wanted) => {
	expect(matchesGlob(pattern, text)).toBe(wanted);
});

it('matches a pattern with many wildcards quickly', () => {
	expect(matchesGlob(`${'*a'.repeat(500)}*b`, 'a'.repeat(100_000))).toBe(false);
});
