/**
 * The time for a text from outside must be proportional to its length: a pattern that tries every part of a text takes 16
 * times as long for one that is four times as long, and minutes for a megabyte.
 */
import type { INode } from 'n8n-workflow';

import { filestack } from '../../../nodes/Filestack/service';
import { fileCourier } from '../../../nodes/FileCourier/service';
import { epochOf, isNoDate, parseUserDate } from '../../../nodes/shared/dates';
import {
	dispositionFileName,
	safeFileName,
	specificType,
	urlFileName,
} from '../../../nodes/shared/files/fileName';
import { readAddress, readSecret } from '../../../nodes/shared/http/credential';
import { isMarkup, isWebPage, messageText, responseError } from '../../../nodes/shared/http/errors';
import { isUnsent, parseRetryAfter } from '../../../nodes/shared/http/retry';
import { Secrets } from '../../../nodes/shared/http/secrets';
import { matchesGlob } from '../../../nodes/shared/node/filters';
import { safeMediaType } from '../../../nodes/shared/files/multipartForm';
import { foldName, isBlankText, parseHttpUrl, withoutBlanks } from '../../../nodes/shared/text';
import { parseDigest, parseSecrets } from '../../../nodes/shared/webhook/signature';

const node = { id: '1', name: 'N', typeVersion: 1, parameters: {} } as INode;
const secrets = new Secrets();
secrets.add(`${'a'.repeat(31)}b`, ['user']);
secrets.add('1111');

const PARSERS: Record<string, (text: string) => unknown> = {
	'a Content-Disposition header': dispositionFileName,
	'a quoted file name': (text) => dispositionFileName(`attachment; filename="${text}"`),
	'an extended file name': (text) => dispositionFileName(`attachment; filename*=UTF-8''${text}`),
	'a Content-Type header': specificType,
	'a media type': safeMediaType,
	'a file name': safeFileName,
	'the file name in a URL': (text) => urlFileName(`https://host/${encodeURI(text.toWellFormed())}`),
	'a name that is compared': foldName,
	'a name with a pattern': (text) => matchesGlob('*a*b*c*', text),
	'a text that may be blank': isBlankText,
	'a text with blanks at its ends': withoutBlanks,
	'a URL': (text) => parseHttpUrl(text),
	'the host of a URL': (text) => parseHttpUrl(`https://${text}`),
	'a date': epochOf,
	'a value that may not be a date': isNoDate,
	'a date from a user': (text) => parseUserDate(text, 'UTC'),
	'a Retry-After header': (text) => parseRetryAfter({ 'retry-after': text }),
	'a rate limit header': (text) => parseRetryAfter({ 'x-ratelimit-reset': text }),
	'the message of a connection error': (text) => isUnsent('EPROTO', text),
	'a body that may be markup': isMarkup,
	'a body that may be a web page': isWebPage,
	'a message': messageText,
	'an error of Filestack': (text) =>
		responseError(node, filestack, { status: 500, body: { error: text } }),
	'an error of FileCourier': (text) =>
		responseError(node, fileCourier, { status: 500, body: text }),
	'a signature header': parseDigest,
	'a webhook secret': parseSecrets,
	'an address': (text) => readAddress(text, '/api/v1'),
	'the path of an address': (text) => readAddress(`https://host/${text}`, '/api/v1'),
	'a secret': readSecret,
	'a secret that is hidden': (text) => new Secrets().add(text),
	'a text with secrets': (text) => secrets.hideIn(text),
	'an error with secrets': (text) => secrets.hideInError(text),
};

/** Texts that are repeated. Each has been slow, or begins a pattern that could be. */
const UNITS = [
	...[' ', '\u00a0', '\0', '\n', '\u202e', '\u200b', '\u0323\u0301', '\u{1F600}', '\ud800'],
	...['=', '=?', '?= ', '=?a?q??=', '=?a*', '=?utf-8?q?=ff?=', '"', '\\"', ';', '="";', "a'"],
	...['%', '%25', '1', '1.', '-', '/', '.', '. ', ',', '<', '<title', '<Message>', '{'],
	...['a', 'a'.repeat(31), 'eyJ', 'error', 'http://a/', 'a+', '/p/a', '/metadata'],
];
const ENDS = [
	['', ''],
	['a', 'x'],
];

/** Characters. */
const [SHORT, LONG] = [8_192, 32_768];
/** Between four, for a time proportional to the length, and 16, for one proportional to its square. */
const MAX_GROWTH = 9;
/** Milliseconds that do not count, because they may be anything. */
const NOISE = 24;

/** The shortest of several times, because any other may contain a collection of garbage. */
function timeOf(parse: (text: string) => unknown, text: string): number {
	let shortest = Infinity;
	for (let attempt = 0; attempt < 6 && shortest > NOISE / 4; attempt++) {
		const start = performance.now();
		parse(text);
		shortest = Math.min(shortest, performance.now() - start);
	}
	return shortest;
}

describe.each(Object.entries(PARSERS))('%s', (_, parse) => {
	it('takes a time proportional to its length', () => {
		for (const unit of UNITS) {
			for (const [start, end] of ENDS) {
				const textOf = (length: number) =>
					start + unit.repeat(Math.ceil(length / unit.length)).slice(0, length) + end;
				const long = timeOf(parse, textOf(LONG));
				if (long < NOISE) continue;
				// Repeated, because a busy machine may interrupt any measurement.
				let growth = Infinity;
				for (let attempt = 0; attempt < 8 && growth >= MAX_GROWTH; attempt++) {
					growth = Math.min(growth, timeOf(parse, textOf(LONG)) / timeOf(parse, textOf(SHORT)));
				}
				expect({ unit, start, end, isProportional: growth < MAX_GROWTH }).toEqual({
					...{ unit, start, end, isProportional: true },
				});
			}
		}
	});
});

it('a header of 15 KB with words that cannot be decoded causes few exceptions', () => {
	const prepare = jest.spyOn(Buffer, 'from');
	dispositionFileName(`attachment; filename="${'=?x-unknown?q?a?='.repeat(900)}"`);
	// One for the header, and one for each word until it stops.
	expect(prepare.mock.calls.length).toBeLessThan(10);
	jest.restoreAllMocks();
});

it.each([
	['keeps the extension of a very long name', 'a'.repeat(100_000) + '.pdf', /^a{251}\.pdf$/],
	['cuts the folders off', `${'a/'.repeat(50_000)}b.pdf`, /^b\.pdf$/],
])('%s', (_, name, expected) => expect(safeFileName(name)).toMatch(expected));

it('a secret at the cut of a very long error text is not shown in part', () => {
	const hidden = new Secrets();
	hidden.add('s3cret-s3cret-s3cret');
	const text = 'x'.repeat(65_526) + 's3cret-s3cret-s3cret' + 'y'.repeat(100);
	expect(hidden.hideInError(text)).not.toContain('s3c');
	expect(hidden.hideInError(text).length).toBeGreaterThan(65_000);
});

it('names with many combining marks are compared without their order', () => {
	const marks = '\u0323\u0301'.repeat(10);
	const reordered = '\u0301\u0323'.repeat(10);
	expect(foldName(`a${marks}b`)).toBe(foldName(`a${reordered}b`));
});
