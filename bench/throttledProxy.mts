import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { ROOT } from '../sandbox/system/repository.mjs';
import type { Credential } from '../sandbox/n8n/credentials.mts';
import { upsertCredential } from '../sandbox/n8n/credentials.mts';
import type { Bench } from './case.mts';

export interface NetworkConditions {
	/** Milliseconds. */
	roundTrip: number;
	/** Bytes per second in each direction of a connection. */
	rate: number;
}

/**
 * Puts a throttled proxy in front of a server on this machine during a measurement. It runs in a separate process; see
 * throttledProxy.mjs.
 * @param work receives the proxy's port
 */
export async function withSlowPort<T>(
	port: string,
	{ roundTrip, rate }: NetworkConditions,
	work: (port: string) => Promise<T>,
): Promise<T> {
	const script = join(ROOT, 'bench', 'throttledProxy.mjs');
	const args = [script, port, String(roundTrip), String(rate)];
	const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
	try {
		const proxyPort = await new Promise<string>((done) =>
			createInterface({ input: child.stdout }).once('line', done),
		);
		return await work(proxyPort);
	} finally {
		child.stdin.end();
	}
}

/**
 * Puts a throttled proxy in front of a service's API during a measurement.
 * @param work receives a credential and the base URL that use the proxy
 */
export async function withThrottledProxy<T>(
	{ environment }: Bench,
	service: 'fileShot' | 'filesApp',
	conditions: NetworkConditions,
	work: (credential: Credential, baseUrl: string) => Promise<T>,
): Promise<T> {
	const { baseUrl } = environment.sandbox.info.services[service].credentials;
	return await withSlowPort(new URL(baseUrl).port, conditions, async (port) => {
		const credential = await credentialAt({ environment }, service, port);
		return await work(credential, withPort(baseUrl, port));
	});
}

/** Creates a credential for a service behind a proxy on this port. */
export async function credentialAt(
	{ environment }: Pick<Bench, 'environment'>,
	service: 'fileShot' | 'filesApp',
	port: string,
): Promise<Credential> {
	const { credentials } = environment.sandbox.info.services[service];
	return await upsertCredential(environment.rest, {
		name: `${service} on port ${port}`,
		type: `${service}Api`,
		data: { ...credentials, baseUrl: withPort(credentials.baseUrl, port) },
	});
}

/** Returns a URL with another port, without a trailing slash. */
export function withPort(url: string, port: string): string {
	return Object.assign(new URL(url), { port }).href.replace(/\/$/, '');
}
