import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { UserError } from '../sandbox/system/userError.mjs';

export interface BuiltPackage {
	name: string;
	version: string;
	/** The file that is published. */
	tarball: string;
}

/** The folder with the sources of the single-service packages, each as a package of its own. */
export const sourcesIn = (root: string): string => join(root, 'dist/sources');

/**
 * Returns the packages that `npm run package` has built, in alphabetical order.
 * @throws {UserError} if there are none
 */
export function builtPackages(root: string): BuiltPackage[] {
	const folder = join(root, 'packages');
	const packages = (existsSync(folder) ? readdirSync(folder).sort() : []).flatMap((file) => {
		const [, name, version] = /^(.+?)-(\d.*)\.tgz$/.exec(file) ?? [];
		return name ? [{ name, version, tarball: join(folder, file) }] : [];
	});
	if (packages.length === 0 || !existsSync(sourcesIn(root)))
		throw new UserError('There are no packages in packages/: run `npm run package` first.');
	return packages;
}
