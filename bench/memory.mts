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

/** The clock ticks of proc(5) per second; Linux reports 100 to every program. */
const TICKS = 100;

/** Returns the CPU time in seconds that processes have used, in user and kernel mode (proc(5), stat). */
export function cpuSeconds(pids: readonly number[]): number {
	const ticks = pids.map((pid) => {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// The name of the program, in parentheses, may contain spaces.
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return Number(fields[11]) + Number(fields[12]);
	});
	return ticks.reduce((sum, one) => sum + one, 0) / TICKS;
}
