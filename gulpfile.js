/**
 * Builds the published packages: one with all services, and one per service, because n8n only verifies packages of a single
 * service. The services are the folders of nodes/ that package.json lists.
 *
 * `npx gulp` builds everything and writes for each package:
 *   packages/<name>/               the published files
 *   packages/<name>-<version>.tgz  the same as a tarball
 *   dist/sources/<name>/           the sources of a single-service package as a repository of its own, for n8n's linter and
 *                                  the commit of a release; in dist/, which this repository's linter ignores
 * `npx gulp whole` only writes the combined package; `npx gulp examples` writes examples/<name>/, the examples that need
 * no other service for users of a single-service package.
 */
const { execFile } = require('node:child_process');
const { readdirSync, readFileSync } = require('node:fs');
const { mkdir, rm, writeFile } = require('node:fs/promises');
const { basename, join } = require('node:path');
const { Transform } = require('node:stream');
const { promisify } = require('node:util');

const { dest, parallel, series, src } = require('gulp');

const run = promisify(execFile);
const manifest = require('./package.json');

const PACKAGES = 'packages';
const REPOSITORY = manifest.homepage.replace(/#.*/, '');

/** package.json without the fields that only this repository needs. */
function publishedManifest({ scripts, devDependencies, ...published }) {
	return published;
}

/** The folder of nodes/ in a path of package.json. */
const serviceIn = (path) => /^dist\/nodes\/([^/]+)\//.exec(path)?.[1];

const services = [...new Set(manifest.n8n.nodes.map(serviceIn))];

/** Reads a service's page: its heading is "<name> in n8n", its first paragraph describes the service. */
function pageOf(service) {
	const text = readFileSync(join('docs', `${service}.md`), 'utf8');
	const [, name, intro] = /^# (.+) in n8n\n\n(.+)\n/.exec(text) ?? [];
	if (!name)
		throw new Error(
			`docs/${service}.md must start with "# <name> in n8n" and a line that describes the service`,
		);
	return { text, name, intro: intro.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1') };
}

/** Makes relative links and images absolute, so that they work on npm as well. */
function withAbsoluteLinks(text, folder) {
	const absolute = (kind, link) => new URL(link, `${REPOSITORY}/${kind}/main/${folder}`).href;
	return text
		.replace(
			/(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)/g,
			(_, image, label, link) => `${image}[${label}](${absolute(image ? 'raw' : 'blob', link)})`,
		)
		.replace(
			/\b(src|srcset)="(?![a-z]+:)([^"\s]+)"/g,
			(_, attribute, link) => `${attribute}="${absolute('raw', link)}"`,
		);
}

/** The changelog without the sections with these headings. */
function changelogWithout(names) {
	const parts = readFileSync('CHANGELOG.md', 'utf8').split(/^(?=##+ )/m);
	return parts.filter((part) => !names.some((name) => part.startsWith(`### ${name}\n`))).join('');
}

const whole = {
	name: manifest.name,
	code: ['nodes/**/*', 'credentials/**/*'],
	describe: () => ({
		'package.json': publishedManifest(manifest),
		'README.md': withAbsoluteLinks(readFileSync('README.md', 'utf8'), ''),
		'CHANGELOG.md': changelogWithout([]),
	}),
};

function single(service) {
	const name = `n8n-nodes-${service.toLowerCase()}`;
	const describe = () => {
		const page = pageOf(service);
		const others = services.filter((other) => other !== service).map((other) => pageOf(other).name);
		const { alias } = JSON.parse(readFileSync(`nodes/${service}/${service}.node.json`, 'utf8'));
		const published = {
			...publishedManifest(manifest),
			name,
			description: `n8n nodes for ${page.name}. ${page.intro}`,
			homepage: `${REPOSITORY}/blob/main/docs/${service}.md`,
			repository: { ...manifest.repository, directory: `${PACKAGES}/${name}` },
			keywords: [
				'n8n-community-node-package',
				'n8n',
				...[page.name, ...alias].map((word) => word.toLowerCase().replace(/\W+/g, '-')),
			],
			n8n: {
				...manifest.n8n,
				credentials: [`dist/credentials/${service}Api.credentials.js`],
				nodes: manifest.n8n.nodes.filter((path) => serviceIn(path) === service),
			},
		};
		return {
			'package.json': published,
			'README.md': withAbsoluteLinks(page.text, 'docs/'),
			'CHANGELOG.md': changelogWithout(others),
		};
	};
	const code = [
		`nodes/${service}/**/*`,
		'nodes/shared/**/*',
		`credentials/${service}Api.credentials.*`,
	];
	return { name, code, describe };
}

/** A stream that edits the contents of its files. */
const edited = (edit) =>
	new Transform({
		objectMode: true,
		transform(file, _, done) {
			if (file.isBuffer()) file.contents = edit(file);
			done(null, file);
		},
	});

/** Writes the package's name into the codex files of its nodes. */
const namedAfter = (name) =>
	edited(({ contents, path }) =>
		path.endsWith('.node.json')
			? Buffer.from(String(contents).replace(`"${manifest.name}.`, `"${name}.`))
			: contents,
	);

/** Fills a folder with files of this repository and the generated files of the package. */
function fill(folder, { name, describe }, files) {
	const clean = async () => await rm(folder, { recursive: true, force: true });
	const copy = () =>
		src(files, { base: '.', encoding: false }).pipe(namedAfter(name)).pipe(dest(folder));
	const write = async () => {
		await mkdir(folder, { recursive: true });
		for (const [file, content] of Object.entries(describe())) {
			const text =
				typeof content === 'string' ? content : `${JSON.stringify(content, null, '\t')}\n`;
			await writeFile(join(folder, file), text);
		}
	};
	return series(clean, copy, write);
}

function stage(described) {
	const folder = join(PACKAGES, described.name);
	const built = described.code.map((pattern) => `dist/${pattern}`);
	const pack = async () =>
		await run('npm', ['pack', '--ignore-scripts', '--pack-destination', '..'], { cwd: folder });
	return series(fill(folder, described, [...built, 'LICENSE.md']), pack);
}

const stageSources = (described) =>
	fill(join('dist', 'sources', described.name), described, [
		...described.code,
		'LICENSE.md',
		'eslint.config.mjs',
		'tsconfig.json',
	]);

/** The examples whose only nodes of this repository belong to the service. */
function examplesOf(service) {
	const types = manifest.n8n.nodes
		.filter((path) => serviceIn(path) === service)
		.map((path) => basename(path, '.node.js'))
		.map((name) => name[0].toLowerCase() + name.slice(1));
	return readdirSync('examples').filter((file) => {
		if (!file.endsWith('.json')) return false;
		const { nodes } = JSON.parse(readFileSync(join('examples', file), 'utf8'));
		const own = nodes
			.map(({ type }) => type.split('.'))
			.filter(([owner]) => owner === manifest.name);
		return own.every(([, type]) => types.includes(type));
	});
}

/** Writes the examples of a single-service package: the same workflows with the package's node types. */
const writeExamples = (service) => async () => {
	const name = `n8n-nodes-${service.toLowerCase()}`;
	const folder = join('examples', name);
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	for (const file of examplesOf(service)) {
		const text = readFileSync(join('examples', file), 'utf8');
		await writeFile(join(folder, file), text.replaceAll(`"${manifest.name}.`, `"${name}.`));
	}
};

const singles = services.map(single);
const stageSingles = parallel(...singles.flatMap((one) => [stage(one), stageSources(one)]));

async function build() {
	await run('npm', ['run', 'build']);
}

async function clean() {
	await rm(PACKAGES, { recursive: true, force: true });
}

exports.stage = series(clean, stage(whole), stageSingles);
exports.examples = parallel(...services.map(writeExamples));
exports.whole = series(build, stage(whole));
exports.default = series(build, exports.stage);
