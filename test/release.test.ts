/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { root } from './support/packages';
import { git, publish, release } from './support/processes';
import { TestServer } from './support/testServer';

const COMBINED = 'n8n-nodes-file-delivery';
const NAMES = readdirSync(join(root, 'nodes'))
	.filter((folder) => folder !== 'shared')
	.map((service) => `n8n-nodes-${service.toLowerCase()}`);

const [{ version }] = [
	JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string },
];
const BRANCH = `release/v${version}`;

let clone: string;

/** Runs a command of `npm run release` on the clone, with the packages that this repository has built. */
const releaseInClone = (...args: string[]) =>
	release([...args, '--repository', clone, '--skip-type-check']);

/** Commits everything in a folder to the clone. */
function commit(folder: string, message: string): void {
	const inFolder = ['--git-dir', join(clone, '.git'), '--work-tree', folder];
	const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
	git(folder, ...inFolder, 'add', '--all');
	git(folder, ...inFolder, ...author, 'commit', '--quiet', '--message', message);
}

beforeAll(() => {
	clone = mkdtempSync(join(tmpdir(), 'release-test-'));
	git(clone, 'init', '--quiet', '--initial-branch', 'main');
	// .gitignore only names a folder, but node_modules may be a symbolic link.
	writeFileSync(join(clone, '.git/info/exclude'), 'node_modules\n');
	commit(root, 'The working tree');
});

afterAll(() => rmSync(clone, { recursive: true }));

describe('the commit of a release', () => {
	let written: ReturnType<typeof release>;

	beforeAll(() => {
		written = releaseInClone('commit', BRANCH);
	}, 240_000);

	it('passes n8n’s scanner for each package, and results in its tarball', () => {
		const lines = written.output.split('\n').filter((line) => /^[✓✗]/.test(line));
		const passed = (name: string, folder: string) =>
			expect.stringMatching(
				new RegExp(
					`^✓ ${name} ${version}: sources in ${folder}, \\d\\d+ files scanned, \\d\\d+ files compared$`,
				),
			) as string;
		expect(lines).toEqual([
			passed(COMBINED, '\\.'),
			...NAMES.sort().map((name) => passed(name, `packages/${name}`)),
		]);
		expect(written.succeeded).toBe(true);
	});

	it('only adds the sources of the single-service packages', () => {
		const changed = git(clone, 'diff', '--name-status', 'main', BRANCH).split('\n');
		const added = new RegExp(
			`^A\\tpackages/(${NAMES.join('|')})/((nodes|credentials)/.+\\.(ts|json|svg)|[\\w.]+\\.(md|json|mjs))$`,
		);
		expect(changed.filter((line) => !added.test(line))).toEqual([]);
		expect(git(clone, 'rev-parse', `${BRANCH}^`)).toBe(git(clone, 'rev-parse', 'main'));
	});

	it('can be written again by anyone, with the same hash', () => {
		const again = releaseInClone('commit', 'again', '--only', 'none');
		expect(again.succeeded).toBe(true);
		expect(git(clone, 'rev-parse', 'again')).toBe(git(clone, 'rev-parse', BRANCH));
	});
});

it('a commit with other sources than those of the tarballs is rejected', () => {
	git(clone, 'checkout', '--quiet', '-b', 'changed', BRANCH);
	const [renamed, edited] = NAMES.map((name) => join(clone, 'packages', name));
	const manifest = join(renamed, 'package.json');
	writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(NAMES[0], 'another-name'));
	const dates = join(edited, 'nodes/shared/dates.ts');
	writeFileSync(dates, `${readFileSync(dates, 'utf8')}\nexport const later = setTimeout;\n`);
	commit(clone, 'Other sources');

	const { succeeded, output } = releaseInClone(
		...['verify', 'HEAD', '--only', NAMES[0], '--only', NAMES[1]],
	);
	expect(succeeded).toBe(false);
	expect(output).toContain(
		`The scanner finds no package.json with the name ${NAMES[0]} in the commit.`,
	);
	expect(output).toContain(
		'dist/nodes/shared/dates.js in the tarball is not what the sources result in.',
	);
	expect(output).toContain('ESLint violations found');
	expect(output).toMatch(/no-restricted-globals/);
	expect(output).toContain(`n8n could not verify ${NAMES[0]}, ${NAMES[1]}.`);
}, 120_000);

it.each([
	['1.2', '"1.2" is not a version such as 1.2.3'],
	['0.0.9', '0.0.9 is lower than the version in package.json'],
	['99.0.0', 'CHANGELOG.md has no section “## 99.0.0”'],
])('a release of %s is rejected before anything is built', (wrong, message) => {
	const { succeeded, output } = release([wrong]);
	expect(output).toContain(message);
	expect(succeeded).toBe(false);
});

describe('outside of a GitHub Action, npm refuses to publish', () => {
	it.each([
		['the repository', '.'],
		['a tarball', `./packages/${NAMES[0]}-${version}.tgz`],
	])('%s', async (_, what) => {
		const registry = await new TestServer().respond({ status: 404, body: {} }).start();
		try {
			const { succeeded, output } = await publish(what, `${registry.url}/`);
			expect(output).toContain('provenance generation not supported');
			expect(succeeded).toBe(false);
			expect(registry.requests.map(({ method }) => method)).not.toContain('PUT');
		} finally {
			await registry.stop();
		}
	});
});
