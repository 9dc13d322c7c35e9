import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../system/repository.mjs';
import { ownEnvironment } from '../system/run.mjs';
import { contentHash, isStamped } from '../system/stamp.mjs';

/** The n8n versions that can be run: the one users have now, and the oldest that the package supports. */
export type HostName = 'newest' | 'oldest';

/** Each n8n runs on a Node.js of its own, so that neither the project's nor the machine's decides what works. */
const NODE_OF: Record<HostName, 'node24' | 'node20'> = { newest: 'node24', oldest: 'node20' };

/** Folder with the package.json and package-lock.json of each host. */
const LOCKS = dirname(fileURLToPath(import.meta.url));

export interface Host {
	name: HostName;
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

/** Where hosts are installed: FILE_DELIVERY_HOST_DIR, or .host in the repository. */
export function hostsFolder(): string {
	return resolve(process.env.FILE_DELIVERY_HOST_DIR ?? join(ROOT, '.host'));
}

/** What there is to know about a host before it is installed. */
export function describeHost(name: HostName): Host {
	const node = NODE_OF[name];
	const folder = join(hostsFolder(), name);
	const nodeFolder = join(hostsFolder(), node);
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
export function isInstalled(host: Host): boolean {
	return isStamped(host.stamp, host.hash) && isStamped(host.nodeStamp, host.nodeHash);
}

/** The Node.js program of a host. */
export function nodeProgram(host: Host): string {
	return join(host.nodeFolder, 'node_modules', 'node', 'bin', 'node');
}

/** The program that starts n8n. */
export function n8nProgram(host: Host): string {
	return join(host.folder, 'node_modules', 'n8n', 'bin', 'n8n');
}

/** The folder that holds the C headers of the host's Node.js: npm puts it inside or beside the package "node". */
function headersFolder(host: Host): string | undefined {
	const modules = join(host.nodeFolder, 'node_modules');
	return [join(modules, 'node', 'node_modules'), modules]
		.filter((folder) => existsSync(folder))
		.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
		.find((folder) => existsSync(join(folder, 'include', 'node', 'node.h')));
}

/** The environment in which npm and n8n run on the host's Node.js, whatever npm's settings on this machine say. */
export function hostEnvironment(
	host: Host,
	extra: Record<string, string> = {},
): Record<string, string> {
	const headers = headersFolder(host);
	return ownEnvironment({
		PATH: `${dirname(nodeProgram(host))}${delimiter}${process.env.PATH ?? ''}`,
		...(headers ? { npm_config_nodedir: headers } : {}),
		...extra,
	});
}
