import type { Environment } from '../sandbox/n8n/environment.mts';

/** The environment of a case: a real n8n and the sandbox, both started for this case. */
export interface Bench {
	environment: Environment;
	/** The folder for files, in memory if possible, so that the disk does not limit the results. */
	folder: string;
	/** The process ID of n8n itself. */
	n8nPid: number;
	/** Shows what is being measured. */
	log: (line: string) => void;
}

/** A requirement of the case and its measured result. */
export interface Threshold {
	wanted: string;
	measured: string;
	met: boolean;
}

export interface Table {
	head: readonly string[];
	rows: ReadonlyArray<ReadonlyArray<string | number>>;
}

export interface Findings {
	/** The measuring method, one sentence per entry. */
	method: readonly string[];
	table: Table;
	thresholds: readonly Threshold[];
}

export interface Case {
	title: string;
	/** Additional environment variables for n8n. */
	env?: Record<string, string>;
	run: (bench: Bench) => Promise<Findings>;
}

/** A case that starts what it measures itself. */
export interface OwnCase {
	title: string;
	runAlone: (log: Bench['log']) => Promise<Findings>;
}

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;

export function median(numbers: readonly number[]): number {
	const sorted = [...numbers].sort((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** A threshold for a ratio, which is shown with two decimals. */
export function atLeast(wanted: string, least: number, ratio: number): Threshold {
	return { wanted, measured: ratio.toFixed(2), met: ratio >= least };
}

export function atMost(wanted: string, most: number, value: number, unit: string): Threshold {
	return { wanted, measured: `${value.toFixed(1)} ${unit}`, met: value <= most };
}
