import type { FastifyInstance } from 'fastify';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Blobs } from './blobs.mts';
import type { Clock } from './clock.mts';
import type { Deliveries } from './deliveries.mts';
import { readJson, writeJson } from './jsonStore.mts';
import { documentOf } from './describeRoutes.mts';
import type { Faults } from './faults.mts';
import type { OpenApi } from './openapi.mts';
import { createOrigin } from './origin.mts';
import type { Outbox } from './outbox.mts';
import { Presigner } from './presigner.mts';
import type { RequestLog } from './requestLog.mts';
import type { OpenService, Service } from './service.mts';
import { Settings } from './settings.mts';

/** The components that all services share. */
export interface SharedComponents {
	clock: Clock;
	faults: Faults;
	requests: RequestLog;
	outbox: Outbox;
	deliveries: Deliveries;
	log: (line: string) => void;
}

/** A service with its servers, ready to listen. */
export interface RunningService {
	service: Service;
	open: OpenService;
	settings: Settings;
	/** One server per origin, in the order of their ports. */
	apps: Record<string, FastifyInstance>;
	/** Base URLs; filled once the servers are listening. */
	origins: Record<string, string>;
	/** Returns the OpenAPI document of each origin. */
	documents(): Record<string, OpenApi>;
	info(): { name: string; origins: Record<string, string>; credentials: Record<string, string> };
}

/** Opens a service in its folder and registers its routes on their origins. */
export async function openService(
	id: string,
	service: Service,
	folder: string,
	shared: SharedComponents,
): Promise<RunningService> {
	await mkdir(folder, { recursive: true });
	const { presignKey, ...secrets } = await loadSecrets(join(folder, 'secrets.json'), service);
	const settings = await Settings.open(join(folder, 'settings.json'), service.settings);
	const origins: Record<string, string> = {};
	const open = await service.open({
		id,
		clock: shared.clock,
		origins,
		secrets,
		settings,
		folder,
		blobs: await Blobs.open(join(folder, 'files'), shared.clock),
		presigner: new Presigner(presignKey),
		notify: (message) => shared.outbox.send({ ...message, service: id }),
		deliver: (delivery) => shared.deliveries.create({ ...delivery, service: id }),
		deliverNow: (delivery) => shared.deliveries.createAndAwait({ ...delivery, service: id }),
	});
	const apps: Record<string, FastifyInstance> = {};
	for (const originId of Object.keys(service.origins)) {
		const app = createOrigin({ service, serviceId: id, originId, ...shared });
		// Register in a separate scope, so that a service can format errors itself (as pages instead of JSON, for
		// example).
		await app.register(async (scope) => await open.routes[originId](scope));
		apps[originId] = app;
	}
	const info = () => ({
		name: service.name,
		origins,
		credentials: service.credentials(origins, secrets),
	});
	const documents = () =>
		Object.fromEntries(Object.entries(apps).map(([originId, app]) => [originId, documentOf(app)]));
	return { service, open, settings, apps, origins, documents, info };
}

/** Returns the secrets of this data folder, which are created once; only the owner can read the file. */
async function loadSecrets(path: string, service: Service): Promise<Record<string, string>> {
	const kept = await readJson(path);
	if (kept !== undefined) return kept as Record<string, string>;
	const made = { presignKey: randomBytes(32).toString('hex'), ...service.makeSecrets() };
	await writeJson(path, made);
	return made;
}
