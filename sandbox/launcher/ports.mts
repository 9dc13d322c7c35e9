import getPort from 'get-port';
import { SandboxError } from '../core/sandboxError.mts';
import type { Sandbox } from '../server.mts';
import { UserError } from '../system/userError.mjs';

const N8N_PORT = 5678;
const SANDBOX_PORT = 4010;

/**
 * Returns n8n's port: the requested one, the default, or a free one (with a message).
 * @throws {UserError} if the requested port is in use
 */
export async function findN8nPort(wanted: number | undefined): Promise<number> {
	const port = await getPort({ port: wanted ?? N8N_PORT });
	if (port === (wanted ?? N8N_PORT)) return port;
	if (wanted !== undefined) {
		throw new UserError(`Port ${wanted} is in use. Select another one for n8n with --port.`);
	}
	console.log(`Port ${N8N_PORT} is in use, so n8n uses port ${port} this time.`);
	return port;
}

/**
 * Starts the sandbox on the requested ports (consecutive), the default ones, or free ones (with a message).
 * @throws {UserError} if the requested ports are in use
 */
export async function openSandbox(dataDir: string, wanted: number | undefined): Promise<Sandbox> {
	// Imported here, because it takes seconds, in which n8n is already starting.
	const { startSandbox } = await import('../server.mts');
	try {
		return await startSandbox({ dataDir, port: wanted ?? SANDBOX_PORT });
	} catch (error) {
		if (!(error instanceof SandboxError)) throw error;
		if (wanted !== undefined) {
			throw new UserError(error.message.replace('--port', '--sandbox-port'));
		}
	}
	console.log(
		`The ports from ${SANDBOX_PORT} are in use, so the sandbox uses other ports this time.`,
	);
	return startSandbox({ dataDir });
}
