/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { PackageDirectoryLoader } from 'n8n-core';

import {
	filesBelow,
	iconsOf,
	loadPackage,
	root,
	stagedIn,
	unpreviewed,
	usersOf,
} from './support/packages';
import { lint, publishedFiles } from './support/processes';

/** Each folder of nodes/ except shared/ is a service. */
const SERVICES = readdirSync(join(root, 'nodes')).filter((folder) => folder !== 'shared');

const nameOf = (service: string) => `n8n-nodes-${service.toLowerCase()}`;
const sourcesOf = (service: string) => join(root, 'dist/sources', nameOf(service));

/** By service. Listed at once, because npm takes a second to start. */
let published: Record<string, string[]>;
beforeAll(() => {
	const listed = publishedFiles(SERVICES.map((service) => stagedIn(nameOf(service))));
	published = Object.fromEntries(SERVICES.map((service, index) => [service, listed[index]]));
});

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

/** What people call a service, and what code calls it. */
function namesOf(service: string): string[] {
	const [, displayName] = /displayName: '([^']+)'/.exec(
		read(root, 'nodes', service, `${service}.node.ts`),
	)!;
	return [service, displayName, service[0].toLowerCase() + service.slice(1)];
}

it('there is a package for each service', () => {
	const packages = readdirSync(join(root, 'packages'), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => name);
	const expected = SERVICES.map(nameOf);
	expect(packages.sort()).toEqual(['n8n-nodes-file-delivery', ...expected].sort());
});

describe.each(SERVICES)('the package of %s', (service) => {
	const name = nameOf(service);
	const staged = stagedIn(name);
	const [, displayName, id] = namesOf(service);
	const nodes = readdirSync(join(root, 'nodes', service), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.node.ts'))
		.map((file) => basename(file, '.node.ts'))
		.map((node) => node[0].toLowerCase() + node.slice(1));
	let loader: PackageDirectoryLoader;

	beforeAll(async () => {
		loader = await loadPackage(name);
	});

	it('n8n loads its nodes and its credential, and knows that they belong together', () => {
		expect(Object.keys(loader.nodeTypes).sort()).toEqual(nodes.sort());
		expect(usersOf(loader)).toEqual({ [`${id}Api`]: nodes });
	});

	it('its nodes and its credential have their icons, and its nodes their codex', () => {
		const described = [
			...Object.values(loader.nodeTypes).map(
				({ type }) => type.description as { iconUrl?: unknown },
			),
			...Object.values(loader.credentialTypes).map(({ type }) => type),
		];
		expect(described).toHaveLength(nodes.length + 1);
		for (const { iconUrl } of described) {
			const icons = iconsOf(name, iconUrl as { light: string; dark: string });
			expect(icons.filter((file) => !existsSync(file))).toEqual([]);
		}
		for (const node of Object.keys(loader.nodeTypes)) {
			const file = `${node[0].toUpperCase()}${node.slice(1)}.node.json`;
			const [path] = filesBelow(join(staged, 'dist/nodes', service)).filter((one) =>
				one.endsWith(`/${file}`),
			);
			const codex = JSON.parse(read(path)) as object;
			expect(codex).toHaveProperty('node', `${name}.${node}`);
		}
	});

	it('has a copy of each example that needs no other service, with its own node types', () => {
		const whole = 'n8n-nodes-file-delivery.';
		const examples = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.json'));
		const expected = examples
			.map((file) => [file, read(root, 'examples', file)] as const)
			.filter(([, text]) => {
				const types = [...text.matchAll(/"type": "n8n-nodes-file-delivery\.(\w+)"/g)];
				return types.every(([, type]) => nodes.includes(type));
			})
			.map(([file, text]) => [file, text.replaceAll(whole, `${name}.`)]);
		expect(expected.length).toBeGreaterThan(0);
		const copies = readdirSync(join(root, 'examples', name)).map((file) => [
			file,
			read(root, 'examples', name, file),
		]);
		// If this fails: npm run examples
		expect(Object.fromEntries(copies)).toEqual(Object.fromEntries(expected));
	});

	it('n8n finds the schema preview of every operation and trigger', () => {
		expect(unpreviewed(loader)).toEqual([]);
	});

	it('says what it is', () => {
		const manifest = JSON.parse(read(staged, 'package.json')) as Record<string, unknown>;
		expect(manifest).toMatchObject({
			name,
			license: 'MIT',
			description: expect.stringContaining(displayName) as string,
			keywords: expect.arrayContaining(['n8n-community-node-package']) as string[],
			peerDependencies: { 'n8n-workflow': '*' },
			repository: { type: 'git', directory: `packages/${name}` },
			bugs: { url: expect.stringMatching(/^https:\/\/.+\/issues$/) as string },
		});
		for (const field of ['dependencies', 'devDependencies', 'scripts']) {
			expect(manifest).not.toHaveProperty(field);
		}
		expect(read(staged, 'README.md')).toContain(`\`${name}\``);
		expect(read(staged, 'README.md')).toContain('a [fair-code licensed](');
		expect(read(staged, 'CHANGELOG.md')).toContain(`### ${displayName}`);
		// Relative links lead nowhere outside of the repository.
		const links = [...read(staged, 'README.md').matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
		expect(links.filter((link) => !/^(https:\/\/|#)/.test(link))).toEqual([]);
	});

	it('contains its own code, the shared code, and nothing of another service', () => {
		const files = published[service];
		const own = new RegExp(
			`^dist/(nodes/(${service}|shared)/.*\\.(js|json|svg)|credentials/${service}Api\\.credentials\\.js)$`,
		);
		expect(files.filter((file) => !own.test(file)).sort()).toEqual([
			'CHANGELOG.md',
			'LICENSE.md',
			'README.md',
			'package.json',
		]);
		const strangers = SERVICES.filter((other) => other !== service).flatMap(namesOf);
		// Its page may tell what goes well together; everything else is about this service alone.
		const rest = files.filter((file) => file !== 'README.md');
		const named = rest.flatMap((file) => {
			const text = read(staged, file);
			return strangers.filter((word) => text.includes(word)).map((word) => `${file}: ${word}`);
		});
		expect(named).toEqual([]);
	});
});

// One package, because their sources are copies of this repository's, which `npm run lint` checks with the same rules.
it('n8n’s linter finds nothing in the sources of a single-service package', () => {
	expect(lint(sourcesOf(SERVICES[0]))).toBe('passed');
});
