// Lists the endpoints of the simulations, based on their code. Run as a program, it prints the table of
// sandbox/README.md:
// SANDBOX_REQUESTS_TO=/tmp/requests npm run jest -- --selectProjects sandbox
// npx tsx test/sandbox/endpoints.mts /tmp/requests
import type { FastifyInstance } from 'fastify';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Clock } from '../../sandbox/core/clock.mts';
import type { Deliveries } from '../../sandbox/core/deliveries.mts';
import { Faults } from '../../sandbox/core/faults.mts';
import type { OpenApi } from '../../sandbox/core/openapi.mts';
import { Outbox } from '../../sandbox/core/outbox.mts';
import { RequestLog } from '../../sandbox/core/requestLog.mts';
import { openService } from '../../sandbox/core/runningService.mts';
import type { Service } from '../../sandbox/core/service.mts';
import { services } from '../../sandbox/services/index.mts';

export interface Endpoint {
	/** The ID of the service. */
	service: string;
	origin: string;
	method: string;
	/** With `:name` for parameters and `*` for the rest of a path. */
	path: string;
	/** The forms of a path with a wildcard that the OpenAPI document describes. */
	forms?: string[];
}

/** The files of the page that displays SpeedyFiles' OpenAPI document; they belong to its library. */
const OF_A_LIBRARY = /^\/api\/v1\/docs\/./;

/** The routes of all services, and the OpenAPI documents by service and origin. */
export interface Simulations {
	/** Without routes that always respond with 404 or 405. */
	endpoints: Endpoint[];
	documents: Record<string, Record<string, OpenApi>>;
}

export async function inspectSimulations(): Promise<Simulations> {
	const folder = await mkdtemp(join(tmpdir(), 'endpoints-'));
	const found: Endpoint[] = [];
	const documents: Simulations['documents'] = {};
	const clock = new Clock();
	const shared = {
		...{ clock, faults: new Faults(), requests: new RequestLog(), log: () => undefined },
		outbox: await Outbox.open(join(folder, 'outbox'), clock),
		deliveries: {} as Deliveries,
	};
	for (const [id, service] of Object.entries(services as Record<string, Service>)) {
		const note = (origin: string, app: FastifyInstance) =>
			app.addHook('onRoute', ({ method, url, config }) => {
				if (typeof method !== 'string' || method === 'HEAD' || OF_A_LIBRARY.test(url)) return;
				if (url.startsWith('/assets/')) return;
				const of = found.find(
					(one) =>
						one.service === id &&
						one.origin === origin &&
						one.method === method &&
						one.path === config?.formOf,
				);
				if (of) (of.forms ??= []).push(url);
				else found.push({ service: id, origin, method, path: url });
			});
		const open: Service['open'] = async (context) => {
			const opened = await service.open(context);
			const routes = Object.entries(opened.routes).map(([origin, register]) => [
				origin,
				async (app: FastifyInstance) => {
					note(origin, app);
					await register(app);
				},
			]);
			return { ...opened, routes: Object.fromEntries(routes) as typeof opened.routes };
		};
		const running = await openService(id, { ...service, open }, join(folder, id), shared);
		for (const app of Object.values(running.apps)) await app.ready();
		documents[id] = running.documents();
		for (const app of Object.values(running.apps)) await app.close();
	}
	clock.close();
	await rm(folder, { recursive: true });
	return { endpoints: found, documents };
}

/** Returns the start of an endpoint's row in the table. */
export const rowOf = ({ service, origin, method, path }: Endpoint): string =>
	`| ${service} | ${origin} | \`${method} ${path}\` |`;

type Asked = Endpoint & { test: string };

/** Returns the most specific endpoint that handles a request. */
function handlerOf(all: readonly Endpoint[], asked: Asked): Endpoint | undefined {
	const fits = ({ path, ...at }: Endpoint) =>
		at.service === asked.service &&
		at.origin === asked.origin &&
		at.method === asked.method &&
		new RegExp(`^${pattern(path)}$`).test(asked.path);
	const vagueness = ({ path }: Endpoint) => path.split(/[:*]/).length;
	return all.filter(fits).sort((a, b) => vagueness(a) - vagueness(b))[0];
}

const pattern = (path: string): string =>
	path
		.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
		.replaceAll('*', '.*')
		.replace(/:\w+/g, '[^/]+');

async function printTable(requests: string): Promise<void> {
	const { endpoints: all } = await inspectSimulations();
	const tests = new Map<Endpoint, Set<string>>(all.map((endpoint) => [endpoint, new Set()]));
	for (const line of (await readFile(requests, 'utf8')).trim().split('\n')) {
		const asked = JSON.parse(line) as Asked;
		const endpoint = handlerOf(all, asked);
		if (endpoint) tests.get(endpoint)?.add(asked.test.replace('.test.mts', ''));
	}
	const rows = all.map((endpoint) => {
		const names = [...(tests.get(endpoint) ?? [])].sort();
		const own = names.filter((name) => name.startsWith(endpoint.service));
		return `${rowOf(endpoint)} ${(own.length > 0 ? own : names).join(', ')} |`;
	});
	process.stdout.write(`${rows.join('\n')}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await printTable(process.argv[2]);
