/**
 * Prepares a release. Publishes nothing: .github/workflows/publish.yml does that for a pushed tag.
 *
 *   npm run release -- <version>           dry run in a temporary clone: sets the version, builds, writes and verifies the
 *                                          release commit
 *   npm run release -- <version> --tag     the same, then commits the version to the current branch and tags it
 *   npm run release -- commit <branch>     writes the release commit for HEAD and the built packages to a branch
 *   npm run release -- verify <commit>     verifies the built packages against a release commit
 */
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { ROOT } from '../sandbox/system/repository.mjs';
import { environmentWithoutNpm } from '../sandbox/system/run.mjs';
import { reportError, UserError } from '../sandbox/system/userError.mjs';
import { gitIn, run } from './git.mts';
import { createReleaseCommit } from './releaseCommit.mts';
import type { Verification } from './verification.mts';
import { commitVersion, requireReleasable } from './version.mts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		tag: { type: 'boolean', default: false },
		// The repository with the commit, if it is not this one.
		repository: { type: 'string', default: ROOT },
		base: { type: 'string', default: 'HEAD' },
		only: { type: 'string', multiple: true },
		'skip-type-check': { type: 'boolean', default: false },
	},
});

const options = { names: values.only, skipTypeCheck: values['skip-type-check'] };

const describe = ({
	name,
	version,
	folder,
	scannedFiles,
	comparedFiles,
	problems,
}: Verification) =>
	problems.length > 0
		? `✗ ${name} ${version}\n${problems.map((problem) => `    ${problem}`).join('\n')}`
		: `✓ ${name} ${version}: sources in ${folder}, ${scannedFiles} files scanned, ${comparedFiles} files compared`;

/** @throws {UserError} if n8n could not verify a package */
async function verify(root: string, repository: string, commit: string): Promise<void> {
	// Loaded here, because it takes seconds, and an invalid version should be reported at once.
	const { verifyCommit } = await import('./verification.mts');
	const verifications = await verifyCommit(root, repository, commit, options);
	console.log(verifications.map(describe).join('\n'));
	const failed = verifications.filter(({ problems }) => problems.length > 0);
	if (failed.length > 0)
		throw new UserError(`n8n could not verify ${failed.map(({ name }) => name).join(', ')}.`);
}

async function writeReleaseCommit(branch: string): Promise<void> {
	const commit = await createReleaseCommit(ROOT, values.repository, values.base);
	await gitIn(values.repository)('branch', '--force', branch, commit);
	console.log(`Release commit ${commit} on ${branch}`);
	await verify(ROOT, values.repository, commit);
}

async function release(version: string): Promise<void> {
	await requireReleasable(ROOT, version);
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'release-clone-')));
	try {
		const clone = join(folder, 'clone');
		await run('git', ['clone', '--quiet', '--no-tags', ROOT, clone]);
		await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
		await commitVersion(clone, version);
		console.log('Building the packages …');
		await run(process.execPath, ['node_modules/gulp/bin/gulp.js'], {
			cwd: clone,
			env: environmentWithoutNpm(),
		});
		const commit = await createReleaseCommit(clone, clone, 'HEAD');
		console.log(`Release commit ${commit}`);
		await verify(clone, clone, commit);
		if (values.tag) await tag(clone, version);
		else console.log('Dry run: nothing was changed. Add --tag to commit the version and tag it.');
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function tag(clone: string, version: string): Promise<void> {
	const git = gitIn(ROOT);
	await git('pull', '--quiet', '--ff-only', clone, 'HEAD');
	await git('tag', '--annotate', `v${version}`, '--message', `Release ${version}`);
	const branch = await git('rev-parse', '--abbrev-ref', 'HEAD');
	console.log(`Tagged v${version}. To publish it: git push origin ${branch} v${version}`);
}

const [command = '', target] = positionals;
const task =
	command === 'commit' && target
		? writeReleaseCommit(target)
		: command === 'verify' && target
			? verify(ROOT, values.repository, target)
			: release(command);
await task.catch(reportError);
