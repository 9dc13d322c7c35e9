import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../sandbox/system/repository.mjs';

/** A node of a CPU profile (Chrome DevTools Protocol, Profiler.ProfileNode). */
interface ProfileNode {
	id: number;
	callFrame: { functionName: string; url: string };
	children?: number[];
}

/** Chrome DevTools Protocol, Profiler.Profile; times in microseconds. */
export interface CpuProfile {
	nodes: ProfileNode[];
	samples: number[];
	timeDeltas: number[];
}

/** What a process has in use after a garbage collection, in bytes. */
export interface ProcessMemory {
	rss: number;
	heapUsed: number;
	external: number;
	/** What keeps the event loop running, such as sockets and timers. */
	resources: string[];
}

/** Measures n8n from inside; see probe.mjs. */
export class Probe {
	// Not in the data folder, whose path may be too long for a socket.
	private readonly folder = mkdtempSync(join(tmpdir(), 'probe-'));

	/** The environment variables with which n8n can be measured. */
	get env(): Record<string, string> {
		const module = pathToFileURL(join(ROOT, 'bench', 'probe.mjs')).href;
		return { NODE_OPTIONS: `--import=${module}`, BENCH_PROBE: this.folder };
	}

	async memory(pid: number): Promise<ProcessMemory> {
		return (await this.command(pid, 'memory')) as ProcessMemory;
	}

	/** Returns the CPU profile of a process during the work. */
	async profile(pid: number, work: () => Promise<unknown>): Promise<CpuProfile> {
		await this.command(pid, 'profile');
		await work();
		return (await this.command(pid, 'profiled')) as CpuProfile;
	}

	remove(): void {
		rmSync(this.folder, { recursive: true, force: true });
	}

	private async command(pid: number, command: string): Promise<unknown> {
		const socket = connect(join(this.folder, `${pid}.sock`));
		socket.write(command);
		return JSON.parse(await text(socket));
	}
}
