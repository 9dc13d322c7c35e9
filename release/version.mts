import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { UserError } from '../sandbox/system/userError.mjs';
import { gitIn, run } from './git.mts';

const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;

const manifestOf = (root: string) =>
	JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string };

/**
 * Checks that a version can be released from the working tree of `root`.
 * @throws {UserError} that says what to do first
 */
export async function requireReleasable(root: string, version: string): Promise<void> {
	if (!VERSION.test(version))
		throw new UserError(
			`"${version}" is not a version such as 1.2.3: npm run release -- <version>`,
		);
	const { version: current } = manifestOf(root);
	if (isLower(version, current))
		throw new UserError(`${version} is lower than the version in package.json, ${current}.`);
	const git = gitIn(root);
	if (await git('tag', '--list', `v${version}`))
		throw new UserError(`The tag v${version} exists. Select a higher version.`);
	const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
	if (!changelog.includes(`\n## ${version}\n`))
		throw new UserError(`CHANGELOG.md has no section “## ${version}”. Describe the changes there.`);
	const changed = await git('status', '--porcelain');
	if (changed) throw new UserError(`There are changes that are not committed:\n${changed}`);
}

function isLower(version: string, other: string): boolean {
	const [a, b] = [version, other].map((one) => one.split('.').map(Number));
	const index = a.findIndex((part, position) => part !== b[position]);
	return index >= 0 && a[index] < b[index];
}

/** Sets the version in package.json, package-lock.json and the commands of README.md, and commits it. */
export async function commitVersion(root: string, version: string): Promise<void> {
	const { name, version: current } = manifestOf(root);
	if (version === current) return;
	await run('npm', ['version', version, '--no-git-tag-version', '--ignore-scripts'], { cwd: root });
	const readme = join(root, 'README.md');
	const text = readFileSync(readme, 'utf8');
	writeFileSync(readme, text.replaceAll(`${name}-${current}.tgz`, `${name}-${version}.tgz`));
	await gitIn(root)('commit', '--all', '--quiet', '--message', `Release ${version}`);
}
