import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../system/repository.mjs';
import { environmentWithoutNpm } from '../system/run.mjs';
import { contentHash, isStamped } from '../system/stamp.mjs';

/** The n8n versions that can be run: the one users have now, and the oldest that the package supports. */
export type N8nVersion = 'newest' | 'oldest';

/** Each n8n runs on a Node.js of its own, so that neither the project's nor the machine's decides what works. */
const NODE_OF: Record<N8nVersion, 'node24' | 'node20'> = { newest: 'node24', oldest: 'node20' };

/** Folder with the package.json and package-lock.json of each installation. */
const LOCKS = dirname(fileURLToPath(import.meta.url));

export interface N8nInstallation {
	name: N8nVersion;
	/** Where n8n is installed, and its Node.js. */
	folder: string;
	nodeFolder: string;
	/** What they are installed from. */
	locks: string;
	nodeLocks: string;
	/** The files whose existence with the right content says that an installation was finished. */
	stamp: string;
	nodeStamp: string;
	hash: string;
	nodeHash: string;
}

/** Where n8n versions are installed: FILE_DELIVERY_HOST_DIR, or .host in the repository. */
export function installationsFolder(): string {
	return resolve(process.env.FILE_DELIVERY_HOST_DIR ?? join(ROOT, '.host'));
}

/** What there is to know about an installation before it is installed. */
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
		// Compiled parts fit one Node.js only: another Node.js means another installation.
		hash: `${contentHash(LOCKS, [lock(name), lock(node)])}-${machine}`,
		nodeHash: `${contentHash(LOCKS, [lock(node)])}-${machine}`,
	};
}

/** Whether a host was installed completely, from the lockfiles of this clone. */
export function isInstalled(installation: N8nInstallation): boolean {
	return (
		isStamped(installation.stamp, installation.hash) &&
		isStamped(installation.nodeStamp, installation.nodeHash)
	);
}

/** The Node.js program of an installation. */
export function nodeProgram(installation: N8nInstallation): string {
	return join(installation.nodeFolder, 'node_modules', 'node', 'bin', 'node');
}

/** The program that starts n8n. */
export function n8nProgram(installation: N8nInstallation): string {
	return join(installation.folder, 'node_modules', 'n8n', 'bin', 'n8n');
}

/** The folder that holds the C headers of the installation's Node.js: npm puts it inside or beside the package "node". */
function headersFolder(installation: N8nInstallation): string | undefined {
	const modules = join(installation.nodeFolder, 'node_modules');
	return [join(modules, 'node', 'node_modules'), modules]
		.filter((folder) => existsSync(folder))
		.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
		.find((folder) => existsSync(join(folder, 'include', 'node', 'node.h')));
}

/** The environment in which npm and n8n run on the installation's Node.js, whatever npm's settings on this machine say. */
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
