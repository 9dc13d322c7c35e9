import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getString } from './json.mts';
import { withLock } from '../system/lock.mjs';
import { UserError } from '../system/userError.mjs';
import { ROOT } from '../system/repository.mjs';
import { run } from '../system/run.mjs';
import { contentHash, isStamped, writeStamp } from '../system/stamp.mjs';

/** Everything that affects the content of the package. */
const SOURCES = [
	'nodes',
	'credentials',
	'package.json',
	'tsconfig.json',
	'gulpfile.js',
	'README.md',
	'LICENSE.md',
	'CHANGELOG.md',
];

function hashOf(tarball: string): string {
	return contentHash(ROOT, [...SOURCES, tarball]);
}

/**
 * Builds and packs the package, unless the existing tarball is up to date.
 * @returns the tarball's path
 * @throws {UserError}
 */
export async function buildPackage(): Promise<string> {
	const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
	const tarball = join(
		'packages',
		`${getString(manifest, 'name')}-${getString(manifest, 'version')}.tgz`,
	);
	const stamp = join(ROOT, '.run', 'package.stamp');
	const isBuilt = () => isStamped(stamp, hashOf(tarball));
	if (isBuilt()) return join(ROOT, tarball);
	await withLock(join(ROOT, '.run', 'build.lock'), async () => {
		if (isBuilt()) return;
		await run('npx', ['--no-install', 'gulp', 'whole'], {
			label: 'building the package',
			cwd: ROOT,
			log: join(ROOT, '.run', 'build.log'),
		});
		if (!existsSync(join(ROOT, tarball))) {
			throw new UserError(`The build succeeded but did not create ${tarball}. See gulpfile.js.`);
		}
		writeStamp(stamp, hashOf(tarball));
	});
	return join(ROOT, tarball);
}
