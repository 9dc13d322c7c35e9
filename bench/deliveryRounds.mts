import { Agent, request } from 'node:http';
import { getObjects } from '../sandbox/n8n/json.mts';
import type { Bench } from './case.mts';
import { cpuSeconds } from './memory.mts';
import type { Receiver, SentDelivery } from './signedPeers.mts';

export interface Load {
	bytes: number;
	/** Concurrent deliveries. */
	parallel: number;
	deliveries: number;
}

export interface Round {
	/** Responses per second, from the first request to the last response. */
	responses: number;
	/** Executions per second, from the first request to the end of the last execution. */
	completed: number;
	/** Milliseconds of CPU time of all n8n processes per delivery. */
	cpu: number;
}

export interface Target {
	environment: Bench['environment'];
	/** The processes whose CPU time counts. */
	pids: readonly number[];
	/** Where the deliveries go, by turns; the URL of the receiver by default. */
	ports?: readonly number[];
}

/** Milliseconds between two looks at whether executions are running. */
const IDLE_INTERVAL = 50;

/** Sends deliveries, and waits for the end of their executions. */
export async function deliverRound(
	{ environment, pids, ports }: Target,
	{ url, makeDelivery }: Receiver,
	{ bytes, parallel, deliveries }: Load,
): Promise<Round> {
	const queue = Array.from({ length: deliveries }, () => makeDelivery(bytes));
	const urls = ports ? ports.map((port) => Object.assign(new URL(url), { port }).href) : [url];
	const agent = new Agent({ keepAlive: true, maxSockets: parallel });
	const before = cpuSeconds(pids);
	const started = performance.now();
	const send = async () => {
		for (let next = queue.pop(); next; next = queue.pop()) {
			await post(urls[queue.length % urls.length], next, agent);
		}
	};
	await Promise.all(Array.from({ length: parallel }, send));
	const responded = performance.now();
	await idle(environment);
	const completed = performance.now();
	agent.destroy();
	return {
		responses: (deliveries * 1000) / (responded - started),
		completed: (deliveries * 1000) / (completed - started),
		cpu: ((cpuSeconds(pids) - before) * 1000) / deliveries,
	};
}

/** @throws {Error} unless the response is 200 */
async function post(url: string, { body, headers }: SentDelivery, agent: Agent): Promise<void> {
	await new Promise<void>((done, failed) => {
		const length = { 'content-length': Buffer.byteLength(body) };
		request(url, { method: 'POST', headers: { ...headers, ...length }, agent }, (response) => {
			response.resume();
			response.once('end', () => {
				if (response.statusCode === 200) done();
				else failed(new Error(`${url} responded ${response.statusCode} to a delivery`));
			});
		})
			.once('error', failed)
			.end(body);
	});
}

/** Waits until no execution is running. */
async function idle({ rest }: Bench['environment']): Promise<void> {
	const filter = encodeURIComponent(JSON.stringify({ status: ['running', 'new'] }));
	for (;;) {
		const response = await rest.call('GET', `/rest/executions?limit=1&filter=${filter}`);
		if (getObjects(response, 'data.results').length === 0) return;
		await new Promise((done) => setTimeout(done, IDLE_INTERVAL));
	}
}
