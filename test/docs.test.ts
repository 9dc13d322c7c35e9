/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '..');

/** The base URL of the package's own pages in the links of nodes and credentials. */
const PAGES = 'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/';

const pages = [
	...readdirSync(root).filter((file) => file.endsWith('.md')),
	...['docs', 'examples', '.github'].flatMap((folder) =>
		readdirSync(join(root, folder))
			.filter((file) => file.endsWith('.md'))
			.map((file) => join(folder, file)),
	),
];

const below = (folder: string): string[] =>
	readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
		join(folder, file),
	);

const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The anchors that GitHub generates for the headings of a page. */
const anchorsOf = (file: string): string[] =>
	[...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
		heading
			.toLowerCase()
			.replace(/[^\w\- ]/g, '')
			.replaceAll(' ', '-'),
	);

/** Returns why a link in a file of the repository is broken; undefined if it is not. */
function brokenLink(from: string, link: string): string | undefined {
	const [path, anchor] = link.split('#');
	const target = path ? join(dirname(from), path) : from;
	if (!existsSync(join(root, target))) return `${from}: there is no file for ${link}`;
	if (anchor && !anchorsOf(target).includes(anchor))
		return `${from}: there is no heading for ${link}`;
	return undefined;
}

it.each(pages)('every link in %s leads to an existing file and heading', (file) => {
	const links = [...read(file).matchAll(/(?:\]\(|\bsrc(?:set)?=")([^)"\s]+)[)"]/g)].map(
		([, link]) => link,
	);
	const relative = links.filter((link) => !/^[a-z]+:/.test(link));
	expect(relative.map((link) => brokenLink(file, link)).filter(Boolean)).toEqual([]);
});

it('every documentation link in nodes and credentials leads to an existing page', () => {
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
	const broken = links.map(({ file, url }) =>
		url.startsWith(PAGES)
			? brokenLink('README.md', url.slice(PAGES.length))
			: `${file}: ${url} does not start with ${PAGES}`,
	);
	expect(broken.filter(Boolean)).toEqual([]);
});

/** These pages are also the READMEs of the single-service packages, which have node types of their own. */
const servicePages = pages.filter((page) => /^# .+ in n8n$/m.test(read(page)));

it.each(servicePages)('%s only links examples that work with its own package', (page) => {
	const linked = [...read(page).matchAll(/\.\.\/examples\/([^)]*\.json)/g)].map(([, file]) => file);
	const [, name] = /^docs\/(\w+)\.md$/.exec(page)!;
	const own = `n8n-nodes-${name.toLowerCase()}/`;
	expect(linked.length).toBeGreaterThan(0);
	expect(linked.filter((file) => !file.startsWith(own))).toEqual([]);
});

it('examples/README.md shows and links every example', () => {
	const text = read('examples/README.md');
	const names = readdirSync(join(root, 'examples'))
		.filter((file) => file.endsWith('.json'))
		.map((file) => file.slice(0, -'.json'.length));
	const missing = names.filter(
		(name) =>
			!text.includes(`](${name}.json)`) || !text.includes(`../docs/pictures/examples/${name}.png)`),
	);
	expect(missing).toEqual([]);
});
