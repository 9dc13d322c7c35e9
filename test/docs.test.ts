/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '..');

/** Where the package's own pages are, as credentials and nodes name them. */
const PAGES = 'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/';

const texts = [
	...readdirSync(root).filter((file) => file.endsWith('.md')),
	...readdirSync(join(root, 'docs'))
		.filter((file) => file.endsWith('.md'))
		.map((file) => join('docs', file)),
];

const below = (folder: string): string[] =>
	readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
		join(folder, file),
	);

const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The anchors that GitHub gives to the headings of a page. */
const anchorsOf = (file: string): string[] =>
	[...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
		heading
			.toLowerCase()
			.replace(/[^\w\- ]/g, '')
			.replaceAll(' ', '-'),
	);

/** What is wrong with a link, seen from a file of the repository; undefined if nothing is. */
function fault(from: string, link: string): string | undefined {
	const [path, anchor] = link.split('#');
	const target = path ? join(dirname(from), path) : from;
	if (!existsSync(join(root, target))) return `${from}: no file for ${link}`;
	if (anchor && !anchorsOf(target).includes(anchor)) return `${from}: no heading for ${link}`;
	return undefined;
}

it.each(texts)('the links of %s lead somewhere', (file) => {
	const links = [...read(file).matchAll(/(?:\]\(|\bsrc(?:set)?=")([^)"\s]+)[)"]/g)].map(
		([, link]) => link,
	);
	const own = links.filter((link) => !/^[a-z]+:/.test(link));
	expect(own.map((link) => fault(file, link)).filter(Boolean)).toEqual([]);
});

it('the documentation that nodes and credentials name exists', () => {
	const files = [...below('nodes'), ...below('credentials')].filter((file) =>
		/\.(ts|json)$/.test(file),
	);
	const links = files.flatMap((file) =>
		[...read(file).matchAll(/https:\/\/github\.com\/file-delivery\/[^'"\s]+/g)].map(([url]) => ({
			file,
			url,
		})),
	);
	expect(links.length).toBeGreaterThan(5);
	const faults = links.map(({ file, url }) =>
		url.startsWith(PAGES)
			? fault('README.md', url.slice(PAGES.length))
			: `${file}: ${url} is none of the pages`,
	);
	expect(faults.filter(Boolean)).toEqual([]);
});
