import { readFileSync, writeFileSync } from 'node:fs';

/** The n8n process below its keeper: the first child, which the keeper starts. */
export function childOf(pid: number): number {
	const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
	return Number(children[0]);
}

/** Begins a new peak: from here on {@link peakMemory} tells the highest since now (proc(5), clear_refs). */
export function resetPeak(pid: number): void {
	writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The most memory that a process has had in use (VmHWM), in MiB. */
export function peakMemory(pid: number): number {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
