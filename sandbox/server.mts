import type { FastifyInstance } from 'fastify';
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Clock } from './core/clock.mts';
import { Deliveries } from './core/deliveries.mts';
import { readJson, writeJson } from './core/jsonStore.mts';
import { Faults } from './core/faults.mts';
import type { OpenApi } from './core/openapi.mts';
import { Outbox } from './core/outbox.mts';
import { SandboxError, codeOf } from './core/sandboxError.mts';
import { RequestLog } from './core/requestLog.mts';
import { type RunningService, openService } from './core/runningService.mts';
import type { Service } from './core/service.mts';
import { takeLock } from './system/lock.mjs';
import { createPortal } from './portal/portal.mts';
import { services, type ServiceId } from './services/index.mts';

export interface SandboxOptions {
	/** The portal's port; the origins use the following ports. By default (or 0) any free ports. */
	port?: number;
	/** The address to listen on (default 127.0.0.1). */
	host?: string;
	/** The data folder (default `.run/sandbox`). */
	dataDir?: string;
	/** Sandbox seconds per real second (default 1). */
	speed?: number;
	log?: (line: string) => void;
}

export interface ServiceInfo {
	name: string;
	/** Base URL of each origin, without a trailing slash. */
	origins: Record<string, string>;
	/** Values for the fields of the service's n8n credential. */
	credentials: Record<string, string>;
}

export interface SandboxInfo {
	/** Base URL of the portal. */
	portal: string;
	services: Record<ServiceId, ServiceInfo>;
	/** The URL of n8n's editor, if n8n runs beside the sandbox and has these credentials. */
	editor?: string;
}

export interface Sandbox {
	info: SandboxInfo;
	clock: Clock;
	/** Returns the OpenAPI document of each of a service's origins. */
	documents(service: ServiceId): Record<string, OpenApi>;
	/** Closes all ports and aborts attempts in progress; scheduled attempts are kept for the next run. */
	close(): Promise<void>;
}

/**
 * Starts the simulations of all services and their portal.
 * @throws {SandboxError} if a port is in use or the data folder cannot be used
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const dataDir = resolve(options.dataDir ?? join('.run', 'sandbox'));
	await makeUsable(dataDir);
	const lock = takeLock(join(dataDir, 'lock'));
	if ('holder' in lock) {
		throw new SandboxError(
			`The data folder ${dataDir} is in use by a running sandbox (process ${lock.holder}). Select another one with --data.`,
		);
	}
	try {
		const sandbox = await startIn(dataDir, options);
		return { ...sandbox, close: () => sandbox.close().finally(lock.release) };
	} catch (error) {
		lock.release();
		throw error;
	}
}

async function startIn(dataDir: string, options: SandboxOptions): Promise<Sandbox> {
	const { port = 0, host = '127.0.0.1', log = () => undefined } = options;
	const clockFile = join(dataDir, 'clock.json');
	const kept = (await readJson(clockFile)) as { offset: number } | undefined;
	const clock = new Clock({ offset: kept?.offset ?? 0, speed: options.speed ?? 1, log });

	const faults = new Faults();
	const requests = new RequestLog();
	const running = new Map<string, RunningService>();
	const outbox = await Outbox.open(join(dataDir, 'outbox'), clock);
	const deliveries = await Deliveries.open({
		folder: join(dataDir, 'deliveries'),
		clock,
		faults,
		policy: (id) => running.get(id)?.open.delivery?.() ?? byId(id).delivery,
		onAttempt: async (delivery) => await running.get(delivery.service)?.open.onAttempt?.(delivery),
	});
	for (const [id, service] of Object.entries(services as Record<string, Service>)) {
		const shared = { clock, faults, requests, outbox, deliveries, log };
		running.set(id, await openService(id, service, join(dataDir, 'services', id), shared));
	}

	const servers: FastifyInstance[] = [];
	const keepClock = async () =>
		await writeJson(clockFile, { offset: Math.max(0, Math.round(clock.offset)) });
	const close = async () => {
		const delivered = deliveries.close();
		clock.close();
		await Promise.all(servers.map((server) => server.close()));
		await delivered;
		await keepClock();
	};
	const listen = async (server: FastifyInstance, what: string): Promise<string> => {
		const wanted = port === 0 ? 0 : port + servers.length;
		servers.push(server);
		return await listenOn(server, host, wanted, what);
	};

	try {
		const info = { portal: '', services: {} } as SandboxInfo;
		const parts = { clock, keepClock, faults, requests, outbox, deliveries, running, info };
		info.portal = await listen(await createPortal(parts), 'the portal');
		for (const [id, service] of running) {
			for (const [originId, app] of Object.entries(service.apps)) {
				service.origins[originId] = await listen(app, `${service.service.name}'s ${originId}`);
			}
			info.services[id as ServiceId] = service.info();
		}
		deliveries.resume();
		const documents = (id: ServiceId) => (running.get(id) as RunningService).documents();
		return { info, clock, documents, close };
	} catch (error) {
		await close();
		throw error;
	}
}

function byId(id: string): Service {
	return (services as Record<string, Service>)[id];
}

async function makeUsable(folder: string): Promise<void> {
	try {
		await mkdir(folder, { recursive: true });
		await access(folder, constants.W_OK);
	} catch (error) {
		throw new SandboxError(
			`The data folder ${folder} is not writable (${codeOf(error) ?? 'unknown'}). Select another one with --data.`,
		);
	}
}

async function listenOn(
	server: FastifyInstance,
	host: string,
	port: number,
	what: string,
): Promise<string> {
	try {
		await server.listen({ host, port });
	} catch (error) {
		const code = codeOf(error);
		if (code === 'EADDRINUSE') {
			throw new SandboxError(
				`Port ${port} is in use (needed for ${what}). Is a sandbox already running? Select other ports with --port.`,
			);
		}
		if (code === undefined) throw error;
		throw new SandboxError(`Cannot listen on ${host}, port ${port}, for ${what} (${code}).`);
	}
	// Only a Unix socket would have a string.
	const [address] = server.addresses().filter((one) => typeof one !== 'string');
	// A wildcard address cannot be connected to.
	const reachable = ['0.0.0.0', '::'].includes(address.address) ? '127.0.0.1' : host;
	return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${address.port}`;
}
