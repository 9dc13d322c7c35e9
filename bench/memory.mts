import { readFileSync, writeFileSync } from 'node:fs';

/** Returns the n8n process of a supervisor, which is its first child. */
export function childOf(pid: number): number {
	const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
	return Number(children[0]);
}

/** Resets the peak, so that {@link peakMemory} returns the maximum since this call (proc(5), clear_refs). */
export function resetPeak(pid: number): void {
	writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Returns the peak memory of a process (VmHWM) in MiB. */
export function peakMemory(pid: number): number {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
