import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../system/repository.mjs';
import { environmentWithoutNpm } from '../system/run.mjs';
import { contentHash, isStamped } from '../system/stamp.mjs';

/** The supported n8n versions: the current one and the oldest one that the package supports. */
export type N8nVersion = 'newest' | 'oldest';

/** Each n8n runs on its own Node.js, so that the results do not depend on the machine's version. */
const NODE_OF: Record<N8nVersion, 'node24' | 'node20'> = { newest: 'node24', oldest: 'node20' };

/** The folder with each version's package.json and package-lock.json. */
const LOCKS = dirname(fileURLToPath(import.meta.url));

export interface N8nInstallation {
	name: N8nVersion;
	/** The folders of n8n and of its Node.js. */
	folder: string;
	nodeFolder: string;
	/** The folders of their lockfiles. */
	locks: string;
	nodeLocks: string;
	/** Files that contain the hash of a completed installation. */
	stamp: string;
	nodeStamp: string;
	hash: string;
	nodeHash: string;
}

/** Where n8n versions are installed: FILE_DELIVERY_HOST_DIR, or .host in the repository. */
export function installationsFolder(): string {
	return resolve(process.env.FILE_DELIVERY_HOST_DIR ?? join(ROOT, '.host'));
}

/** Returns the description of an installation, whether or not it exists. */
export function describeInstallation(name: N8nVersion): N8nInstallation {
	const node = NODE_OF[name];
	const folder = join(installationsFolder(), name);
	const nodeFolder = join(installationsFolder(), node);
	const machine = `${process.platform}-${process.arch}`;
	const lock = (of: string) => join(of, 'package-lock.json');
	return {
		name,
		folder,
		nodeFolder,
		locks: join(LOCKS, name),
		nodeLocks: join(LOCKS, node),
		stamp: join(folder, '.installed'),
		nodeStamp: join(nodeFolder, '.installed'),
		// Native packages only work with one Node.js version, so another one requires a new installation.
		hash: `${contentHash(LOCKS, [lock(name), lock(node)])}-${machine}`,
		nodeHash: `${contentHash(LOCKS, [lock(node)])}-${machine}`,
	};
}

/** Whether the installation is complete and matches the lockfiles of this clone. */
export function isInstalled(installation: N8nInstallation): boolean {
	return (
		isStamped(installation.stamp, installation.hash) &&
		isStamped(installation.nodeStamp, installation.nodeHash)
	);
}

/** Returns the path of the installation's Node.js. */
export function nodeProgram(installation: N8nInstallation): string {
	return join(installation.nodeFolder, 'node_modules', 'node', 'bin', 'node');
}

/** Returns the path of n8n's start script. */
export function n8nProgram(installation: N8nInstallation): string {
	return join(installation.folder, 'node_modules', 'n8n', 'bin', 'n8n');
}

/**
 * Returns the folder with the C headers of the installation's Node.js; npm puts it inside or beside the package "node".
 */
function headersFolder(installation: N8nInstallation): string | undefined {
	const modules = join(installation.nodeFolder, 'node_modules');
	return [join(modules, 'node', 'node_modules'), modules]
		.filter((folder) => existsSync(folder))
		.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
		.find((folder) => existsSync(join(folder, 'include', 'node', 'node.h')));
}

/**
 * Returns the environment for running npm and n8n on the installation's Node.js, independent of this machine's npm
 * settings.
 */
export function n8nEnvironment(
	installation: N8nInstallation,
	extra: Record<string, string> = {},
): Record<string, string> {
	const headers = headersFolder(installation);
	return environmentWithoutNpm({
		PATH: `${dirname(nodeProgram(installation))}${delimiter}${process.env.PATH ?? ''}`,
		...(headers ? { npm_config_nodedir: headers } : {}),
		...extra,
	});
}
