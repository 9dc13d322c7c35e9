import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { run } from '../system/run.mjs';
import { contentHash, isStamped, writeStamp } from '../system/stamp.mjs';
import { n8nEnvironment, type N8nInstallation } from './versions.mts';

/**
 * Installs a package in n8n's folder for community nodes, like n8n's own installation by name. n8n loads it at its next
 * start.
 * @param tarball the packed package
 * @throws {UserError}
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
	// The version does not change during development, so npm would keep the old files.
	rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
	const manifest = join(folder, 'package.json');
	if (!existsSync(manifest)) {
		writeFileSync(manifest, JSON.stringify({ name: 'installed-nodes', private: true }));
	}
	await run(
		'npm',
		// n8n provides the peer dependency n8n-workflow itself; without these flags npm would install it with 130 more
		// packages.
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
			label: 'installing the package in n8n',
			cwd: folder,
			log: join(userFolder, 'package.log'),
			env: n8nEnvironment(installation),
		},
	);
	writeStamp(stamp, hash);
}
