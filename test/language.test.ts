/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';

const root = resolve(__dirname, '..');

/** Every text file in these folders and in the root folder is checked: code, documentation, pages and examples. */
const FOLDERS = [
	...['nodes', 'credentials', 'sandbox', 'test', 'bench', 'docs', 'examples'],
	...['live', 'release', '.github'],
];
const EXTENSIONS = /^\.(ts|mts|mjs|js|json|ya?ml|md|eta|html|css)$/;
/** This file, which contains the wordings, files that other programs write, and those of an earlier version. */
const SKIPPED = /(^|\/)(node_modules|package-lock\.json|language\.test\.ts|upgrade\/0\.1\.0)(\/|$)/;

/**
 * Wordings that CONTRIBUTING (Language) rules out, as sources of regular expressions, and what to write instead. A space
 * in them also matches a line break, in code, comments and Markdown.
 */
const WORDINGS: ReadonlyArray<[wording: string, instead: string]> = [
	['who(?:m)?ever', 'the actor'],
	['(?:no|some|any)body', 'the actor, for example “a user” or “a recipient”'],
	['anew', '“again”'],
	['nevertheless', '“anyway”'],
	['(?<!(?:is|are|be|look) )all the same', '“still” or “anyway”'],
	["behind (?:the|its|their|your|[a-z]+['’]s)(?: [\\w'’]+)? back", '“in the background”'],
	['by the alphabet', '“in alphabetical order”'],
	['of what', 'a noun'],
	['what is left(?: of)?', '“the rest of …”'],
	[
		'(?:is|are|was|were|be|been|being|not|never|nor) told(?! (?:apart|otherwise))|told (?:of|by|that|how|what|why|when|whether|once|again)|tells? of',
		'“reported”, “returned”, “notified” or “output”',
	],
	['helpings?', '“page”'],
	['leash', '“timeout”'],
	['stand-ins?', '“simulation”'],
	['e-mail(?:s|ed|ing)?', '“email”'],
	['any more(?=[.,;:)\'"’”]|\\s*$)', '“no longer”'],
	['(?:goes|going) on', '“continues” or “is output”'],
	['puts? out', '“output”'],
	['switch(?:es|ed|ing)? (?:it )?(?:on|off)', '“turn on” or “turn off”'],
	['journeys?', '“demo”'],
	['held against', '“compared with”'],
	['surely', '“certainly”, or the condition'],
	['in the beginning', '“initially”'],
	[
		'(?<!there )(?:is|are|was|were) no (?!longer|more|less|fewer|later|earlier|larger|smaller|other)[a-z][\\w-]*',
		'“is not a …” or “must be a …”',
	],
];

/** Texts of others that contain such a wording, word for word, for example the message of a service. */
const QUOTES: readonly string[] = [];

const forbidden = WORDINGS.map(([wording, instead]) => ({
	pattern: new RegExp(`(?<![\\w-])(?:${wording.replaceAll(' ', '[\\s*/]+')})(?![\\w-])`, 'gim'),
	instead,
}));

/** Returns the forbidden wordings of a text in order, each with its line and what to write instead. */
function findings(file: string, text: string, quotes = QUOTES): string[] {
	const own = quotes.reduce((rest, quote) => rest.replaceAll(quote, blank(quote)), text);
	return forbidden
		.flatMap(({ pattern, instead }) =>
			[...own.matchAll(pattern)].map(({ 0: found, index }) => ({ found, index, instead })),
		)
		.sort((a, b) => a.index - b.index)
		.map(({ found, index, instead }) => {
			const line = own.slice(0, index).split('\n').length;
			return `${file}:${line}: “${found.replace(/[\s*/]+/g, ' ')}”: write ${instead}`;
		});
}

/** As many characters and lines as the text, none of them a letter. */
const blank = (text: string) => text.replace(/\S/g, '#');

const checked = [
	...readdirSync(root, { withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map(({ name }) => name),
	...FOLDERS.flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
			join(folder, file),
		),
	),
]
	.filter((file) => EXTENSIONS.test(extname(file)) && !SKIPPED.test(file))
	.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

describe('the wording of the repository', () => {
	it('checks code, documentation, pages, examples and tests', () => {
		const files = checked.map(({ file }) => file);
		expect(files).toEqual(
			expect.arrayContaining([
				'README.md',
				'package.json',
				'bench/main.mts',
				'credentials/FileShotApi.credentials.ts',
				'docs/FileCourier.md',
				'examples/request-documents.json',
				'nodes/FileShot/FileShot.node.ts',
				'sandbox/views/home.eta',
				'sandbox/n8n/README.md',
				'test/e2e/examples.test.mts',
			]),
		);
		expect(files.length).toBeGreaterThan(500);
	});

	it('follows the language rules of CONTRIBUTING', () => {
		expect(checked.flatMap(({ file, text }) => findings(file, text))).toEqual([]);
	});

	it('contains every quote that is exempt from the rules', () => {
		const unused = QUOTES.filter((quote) => !checked.some(({ text }) => text.includes(quote)));
		expect(unused).toEqual([]);
	});
});

/** Texts with the wordings that have to be found in them. */
const EXAMPLES: ReadonlyArray<[text: string, expected: string[]]> = [
	['// It is told of anew.', ['is told', 'anew']],
	['a file that each poll tells of, once', ['tells of']],
	['/** Whoever reads it. */', ['Whoever']],
	['Nobody answers, so it is nevertheless sent.', ['Nobody', 'nevertheless']],
	["it('keeps of what is left nothing', …)", ['of what', 'what is left']],
	['`${field} is no number`', ['is no number']],
	['It is not there any more.', ['any more']],
	['Send an E-mail.', ['E-mail']],
	['It continues behind the answer’s back.', ['behind the answer’s back']],
	["description: 'Switch it off'", ['Switch it off']],
	['They arrive all the same.', ['all the same']],
	['const helping = await nextHelping(); // by the alphabet', ['helping', 'by the alphabet']],
	['The journey goes on.', ['journey', 'goes on']],
	['The stand-in puts out files; held against the docs.', ['stand-in', 'puts out', 'held against']],
	['In the beginning the leash is surely short.', ['In the beginning', 'leash', 'surely']],
];

describe('the check of the wording', () => {
	it.each(EXAMPLES)('finds the wordings of %s', (text, expected) => {
		const found = findings('a.ts', text).map((finding) => /“(.+)”: write/.exec(finding)?.[1]);
		expect(found.sort()).toEqual([...expected].sort());
	});

	it('has an example of each wording', () => {
		const texts = EXAMPLES.map(([text]) => text).join('\n');
		expect(forbidden.filter(({ pattern }) => texts.search(pattern) < 0)).toEqual([]);
	});

	it('reports the line and what to write instead', () => {
		expect(findings('nodes/a.ts', 'one\ntwo\nthree nevertheless\n')).toEqual([
			'nodes/a.ts:3: “nevertheless”: write “anyway”',
		]);
	});

	it('finds a wording across a line break in a comment', () => {
		expect(findings('a.ts', '/**\n * The rest of\n * what was sent.\n */')).toHaveLength(1);
		expect(findings('a.ts', '// The address is\n\t// no file.')).toHaveLength(1);
	});

	it.each([
		'The file is no longer available; there is no other one.',
		'There are no files. Are there any more pages?',
		'The nodes are all the same.',
		'They cannot be told apart: told.push(file); state.told = {};',
		'isTold, retold, emails, standing in, knowhow',
	])('accepts %s', (text) => {
		expect(findings('a.ts', text)).toEqual([]);
	});

	it('accepts a quote, but not the same wording elsewhere', () => {
		const text = '“This is no\nsession.”\n// It is no session.';
		expect(findings('a.ts', text, ['“This is no\nsession.”'])).toEqual([
			'a.ts:3: “is no session”: write “is not a …” or “must be a …”',
		]);
	});
});
