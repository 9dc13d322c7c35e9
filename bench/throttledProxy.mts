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
 * Puts a throttled proxy in front of a service's API during a measurement. It runs in a separate process; see
 * throttledProxy.mjs.
 * @param work receives a credential and the base URL that use the proxy
 */
export async function withThrottledProxy<T>(
	{ environment }: Bench,
	service: 'fileShot' | 'filesApp',
	{ roundTrip, rate }: NetworkConditions,
	work: (credential: Credential, baseUrl: string) => Promise<T>,
): Promise<T> {
	const { credentials } = environment.sandbox.info.services[service];
	const baseUrl = new URL(credentials.baseUrl);
	const script = join(ROOT, 'bench', 'throttledProxy.mjs');
	const args = [script, baseUrl.port, String(roundTrip), String(rate)];
	const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
	try {
		baseUrl.port = await new Promise<string>((done) =>
			createInterface({ input: child.stdout }).once('line', done),
		);
		const data = { ...credentials, baseUrl: baseUrl.href.replace(/\/$/, '') };
		const name = `${service} over a slow line`;
		const credential = await upsertCredential(environment.rest, {
			name,
			type: `${service}Api`,
			data,
		});
		return await work(credential, data.baseUrl);
	} finally {
		child.stdin.end();
	}
}
