import { join } from 'node:path';
import { upsertCredential, type Credential } from './credentials.mts';
import { installN8n } from './install.mts';
import type { N8nVersion } from './versions.mts';
import { installPackage } from './installPackage.mts';
import { Rest } from './rest.mts';
import { startN8n, type RunningN8n } from './start.mts';
import { startSandbox, type Sandbox, type SandboxInfo } from '../server.mts';
import { buildPackage } from './buildPackage.mts';

export interface EnvironmentOptions {
	/** Where n8n and the sandbox keep what they have: `<folder>/n8n`, `<folder>/n8n-sandbox`, and n8n's log. */
	folder: string;
	/** Which n8n (default: newest). */
	version?: N8nVersion;
	/** Ports; free ones unless given. */
	n8nPort?: number;
	/** Starts the sandbox; the launcher has its own way of choosing ports. */
	openSandbox?: (dataDir: string) => Promise<Sandbox>;
	/** More environment variables for n8n. */
	env?: Record<string, string>;
	/** Told what is done at the moment. */
	log?: (line: string) => void;
}

/** The sandbox and a real n8n beside it, with the package, the owner's account and the credentials in it. */
export interface Environment {
	sandbox: Sandbox;
	n8n: RunningN8n;
	/** n8n's REST API, logged in. */
	rest: Rest;
	/** One for each service of the sandbox. */
	credentials: Credential[];
	/** Ends both, with everything that they started. */
	stop(): Promise<void>;
}

/** What the credential of a sandbox's service is called, and what is in it. Credential types are named after the service. */
export function sandboxCredentials({ services }: SandboxInfo) {
	return Object.entries(services).map(([id, { name, credentials }]) => ({
		name: `${name} (sandbox)`,
		type: `${id}Api`,
		data: { ...credentials },
	}));
}

/**
 * Builds and installs what is missing, then starts the sandbox and n8n and fills n8n.
 * @throws {Problem} when something cannot be had or does not start; nothing is left running then
 */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
	const { folder, log = () => undefined } = options;
	const userFolder = join(folder, 'n8n');
	const dataDir = join(folder, 'n8n-sandbox');
	const tarball = await buildPackage();
	const installation = await installN8n(options.version ?? 'newest');
	await installPackage(installation, userFolder, tarball);

	const running: Array<() => Promise<void>> = [];
	const stop = async () => {
		await Promise.all(running.splice(0).map((end) => end()));
	};
	try {
		const open = options.openSandbox ?? ((data) => startSandbox({ dataDir: data }));
		const sandbox = await open(dataDir);
		running.push(() => sandbox.close());
		log('Starting n8n …');
		const n8n = await startN8n({
			installation,
			userFolder,
			log: join(folder, 'n8n.log'),
			...(options.n8nPort === undefined ? {} : { port: options.n8nPort }),
			...(options.env === undefined ? {} : { env: options.env }),
		});
		running.push(() => n8n.stop());
		const rest = new Rest(n8n.url);
		await rest.logIn();
		const credentials: Credential[] = [];
		for (const content of sandboxCredentials(sandbox.info)) {
			credentials.push(await upsertCredential(rest, content));
		}
		return { sandbox, n8n, rest, credentials, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}
