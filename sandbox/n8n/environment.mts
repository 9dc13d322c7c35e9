import { join } from 'node:path';
import { upsertCredentials, type Credential } from './credentials.mts';
import { installN8n } from './install.mts';
import type { N8nVersion } from './versions.mts';
import { installPackage } from './installPackage.mts';
import { Rest } from './rest.mts';
import { spawnN8n, type RunningN8n } from './start.mts';
import type { Sandbox, SandboxInfo } from '../server.mts';
import { buildPackage } from './buildPackage.mts';

export interface EnvironmentOptions {
	/** The data folder: n8n uses `<folder>/n8n`, the sandbox `<folder>/n8n-sandbox`; it also contains n8n's log. */
	folder: string;
	/** The n8n version (default: newest). */
	version?: N8nVersion;
	/** The packed package; by default the one of this repository, which is built if necessary. */
	tarball?: string;
	/** n8n's port; a free one by default. */
	n8nPort?: number;
	/** Starts the sandbox; the launcher selects the ports in its own way. */
	openSandbox?: (dataDir: string) => Promise<Sandbox>;
	/** Additional environment variables for n8n. */
	env?: Record<string, string>;
	/** Shows the current activity. */
	log?: (line: string) => void;
}

/** The sandbox and a real n8n, with the package, the owner's account and the credentials. */
export interface Environment {
	sandbox: Sandbox;
	n8n: RunningN8n;
	/** n8n's REST API, logged in. */
	rest: Rest;
	/** One credential per simulated service. */
	credentials: Credential[];
	/** Stops both and all processes that they started. */
	stop(): Promise<void>;
}

/** Returns the credentials for the simulated services. Credential types are named after the service. */
export function sandboxCredentials({ services }: SandboxInfo) {
	return Object.entries(services).map(([id, { name, credentials }]) => ({
		name: `${name} (sandbox)`,
		type: `${id}Api`,
		data: { ...credentials },
	}));
}

/**
 * Builds and installs what is missing, starts n8n and the sandbox, and creates the credentials.
 * @throws {UserError} if an installation or a start fails; leaves nothing running
 */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
	const { folder, log = () => undefined } = options;
	const userFolder = join(folder, 'n8n');
	const dataDir = join(folder, 'n8n-sandbox');
	const tarball = options.tarball ?? (await buildPackage());
	const installation = await installN8n(options.version ?? 'newest');
	await installPackage(installation, userFolder, tarball);

	const running: Array<() => Promise<void>> = [];
	const stop = async () => {
		await Promise.all(running.splice(0).map((end) => end()));
	};
	try {
		log('Starting n8n …');
		const n8n = await spawnN8n({
			installation,
			userFolder,
			log: join(folder, 'n8n.log'),
			...(options.n8nPort === undefined ? {} : { port: options.n8nPort }),
			...(options.env === undefined ? {} : { env: options.env }),
		});
		running.push(() => n8n.stop());
		// n8n takes longer, so the sandbox is loaded and started meanwhile.
		const sandbox = await (options.openSandbox ?? openSandbox)(dataDir);
		running.push(() => sandbox.close());
		await n8n.ready;
		const rest = new Rest(n8n.url);
		await rest.logIn();
		// The portal links the editor.
		sandbox.info.editor = n8n.url;
		const credentials = await upsertCredentials(rest, sandboxCredentials(sandbox.info));
		return { sandbox, n8n, rest, credentials, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

async function openSandbox(dataDir: string): Promise<Sandbox> {
	const { startSandbox } = await import('../server.mts');
	return await startSandbox({ dataDir });
}
