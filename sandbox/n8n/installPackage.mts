import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { run } from '../system/run.mjs';
import { contentHash, isStamped, writeStamp } from '../system/stamp.mjs';
import { n8nEnvironment, type N8nInstallation } from './versions.mts';

/**
 * Puts a package into n8n's folder for community nodes, as n8n does when a user installs it by name. n8n loads it when it
 * starts.
 * @param tarball the packed package
 * @throws {Problem}
 */
export async function installPackage(
	installation: N8nInstallation,
	userFolder: string,
	tarball: string,
): Promise<void> {
	const folder = join(userFolder, '.n8n', 'nodes');
	const stamp = join(folder, '.installed');
	const hash = contentHash(dirname(tarball), [basename(tarball)]);
	if (isStamped(stamp, hash)) return;
	mkdirSync(folder, { recursive: true });
	rmSync(stamp, { force: true });
	// The version stays the same while the package is worked on, and npm would keep what it has.
	rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
	const manifest = join(folder, 'package.json');
	if (!existsSync(manifest)) {
		writeFileSync(manifest, JSON.stringify({ name: 'installed-nodes', private: true }));
	}
	await run(
		'npm',
		// The peer n8n-workflow is n8n's own: without these flags npm would bring another with 130 packages.
		[
			'install',
			'--legacy-peer-deps',
			'--ignore-scripts',
			'--no-package-lock',
			'--no-audit',
			'--no-fund',
			tarball,
		],
		{
			label: 'our package into n8n',
			cwd: folder,
			log: join(userFolder, 'package.log'),
			env: n8nEnvironment(installation),
		},
	);
	writeStamp(stamp, hash);
}
