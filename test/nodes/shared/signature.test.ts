import {
	timingSafeEqualStrings,
	isSigned,
	parseLines,
	parseSecrets,
} from '../../../nodes/shared/webhook/signature';
import { hmacSha256 } from '../../support/sign';

const BODY = Buffer.from('{"event":"files.delivered"}');
const SIGNATURE = hmacSha256(BODY.toString(), 'a secret');

describe('a signature over a body', () => {
	it.each([
		['as hex', SIGNATURE],
		['in capitals', SIGNATURE.toUpperCase()],
		['with the prefix sha256=', `sha256=${SIGNATURE}`],
		['with blanks around it', ` ${SIGNATURE} `],
	])('is accepted %s', (_, header) => {
		expect(isSigned(header, [BODY], ['a secret'])).toBe(true);
	});

	it('is accepted under any secret of a rotation and over any of the texts', () => {
		expect(isSigned(SIGNATURE, ['another text', BODY], ['new', 'a secret'])).toBe(true);
	});

	it.each([
		['missing', undefined],
		['empty', ''],
		['a list, as Node gives for some repeated headers', [SIGNATURE]],
		['sent twice in one line', `${SIGNATURE}, ${SIGNATURE}`],
		['cut off', SIGNATURE.slice(0, -2)],
		['too long', `${SIGNATURE}00`],
		['one bit off', flipLastBit(SIGNATURE)],
		['not hex', 'z'.repeat(64)],
		['with another prefix', `sha1=${SIGNATURE}`],
		['base64', Buffer.from(SIGNATURE, 'hex').toString('base64')],
	])('is rejected if it is %s', (_, header) => {
		expect(isSigned(header, [BODY], ['a secret'])).toBe(false);
	});

	it('is rejected under another secret, or without a secret', () => {
		expect(isSigned(SIGNATURE, [BODY], ['another'])).toBe(false);
		expect(isSigned(SIGNATURE, [BODY], [])).toBe(false);
	});
});

it('builds the next text only if the previous one does not match, and none for an invalid header', () => {
	const made: string[] = [];
	function* texts() {
		for (const text of ['first', BODY.toString(), 'third']) {
			made.push(text);
			yield text;
		}
	}
	expect(isSigned('no digest', texts(), ['a secret'])).toBe(false);
	expect(made).toEqual([]);
	expect(isSigned(SIGNATURE, texts(), ['a secret'])).toBe(true);
	expect(made).toEqual(['first', BODY.toString()]);
});

it('user-defined keys are only separated by line breaks', () => {
	expect(parseLines(' my own, key with spaces \n another')).toEqual([
		'my own, key with spaces',
		'another',
	]);
});

describe('the secrets of a credential field', () => {
	it.each([
		['', []],
		['   ', []],
		[undefined, []],
		['one', ['one']],
		[' one ', ['one']],
		['old\nnew', ['old', 'new']],
		['old\r\n\r\n new \n', ['old', 'new']],
		[
			'old-secret-of-16c, new-secret-of-16c',
			['old-secret-of-16c, new-secret-of-16c', 'old-secret-of-16c', 'new-secret-of-16c'],
		],
		['a secret with, a comma', ['a secret with, a comma']],
		['a secret with spaces in it, all of it', ['a secret with spaces in it, all of it']],
		['old-secret-of-16c new-secret-of-16c', ['old-secret-of-16c new-secret-of-16c']],
		['one-secret-of-16-c,', ['one-secret-of-16-c,', 'one-secret-of-16-c']],
		['\u200bone\u2060\r\n\u00a0two\ufeff', ['one', 'two']],
		['\u200b', []],
		[{ value: 'x' }, []],
	])('%j are %j', (field, secrets) => {
		expect(parseSecrets(field)).toEqual(secrets);
	});
});

it('compares whole texts of any lengths', () => {
	expect(timingSafeEqualStrings('key', 'key')).toBe(true);
	expect(timingSafeEqualStrings('key', 'key ')).toBe(false);
	expect(timingSafeEqualStrings('', 'key')).toBe(false);
});

function flipLastBit(hex: string) {
	const bytes = Buffer.from(hex, 'hex');
	bytes[31] ^= 1;
	return bytes.toString('hex');
}
