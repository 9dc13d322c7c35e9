import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { builtPackages, sourcesIn } from './builtPackages.mts';
import { gitIn } from './git.mts';

/**
 * Writes a commit that adds the sources of the single-service packages to another one, as packages/<name>/. n8n's scanner
 * reads the sources of a package from the commit in its provenance, where it looks for a package.json with its name.
 *
 * Changes neither branches nor the working tree. The same packages on the same commit always result in the same
 * commit, so that anyone can check it.
 * @param root the project's folder, with the built packages
 * @param repository the folder of the repository that contains `base` and receives the commit
 * @returns the hash of the commit
 */
export async function createReleaseCommit(
	root: string,
	repository: string,
	base: string,
): Promise<string> {
	const [{ version }] = builtPackages(root);
	const folder = await mkdtemp(join(tmpdir(), 'release-'));
	try {
		const gitDir = await gitIn(repository)('rev-parse', '--absolute-git-dir');
		const withIndex = (index: string) =>
			gitIn(sourcesIn(root), {
				...identity(root),
				...{ GIT_DIR: gitDir, GIT_WORK_TREE: sourcesIn(root), GIT_INDEX_FILE: join(folder, index) },
			});

		const sources = withIndex('sources');
		await sources('-c', 'core.autocrlf=false', 'add', '--all', '--force', '.');
		const tree = await sources('write-tree');

		const release = withIndex('release');
		await release('read-tree', base);
		await release('rm', '-r', '--cached', '--quiet', '--ignore-unmatch', 'packages');
		await release('read-tree', '--prefix=packages/', tree);
		const date = await release('show', '--no-patch', '--format=%cI', base);
		const commit = gitIn(repository, {
			...identity(root),
			GIT_AUTHOR_DATE: date,
			GIT_COMMITTER_DATE: date,
		});
		const message = `Add the sources of the packages ${version}`;
		const parent = await commit('rev-parse', `${base}^{commit}`);
		return await commit('commit-tree', '-p', parent, '-m', message, await release('write-tree'));
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** The author of package.json as Git's author and committer. */
function identity(root: string) {
	const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
		author: { name: string; email: string };
	};
	const { name, email } = manifest.author;
	return {
		...{ GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email },
		...{ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email },
	};
}
