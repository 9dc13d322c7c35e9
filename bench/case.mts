import type { Environment } from '../sandbox/n8n/environment.mts';

/** What a case is measured with: a real n8n and the sandbox, both started anew for it. */
export interface Bench {
	environment: Environment;
	/** A folder in memory where there is one: the disk shall not be what is measured. */
	folder: string;
	/** Process id of n8n itself. */
	n8nPid: number;
	/** Told what is measured at the moment. */
	log(line: string): void;
}

/** Something that the issue of the case asks for, and what came out. */
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
	/** How it was measured, a sentence each. */
	method: readonly string[];
	table: Table;
	thresholds: readonly Threshold[];
}

export interface Case {
	title: string;
	/** Of n8n, for this case. */
	env?: Record<string, string>;
	run(bench: Bench): Promise<Findings>;
}

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
	const sorted = [...numbers].sort((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** A ratio with two digits, and what is wanted of it. */
export function atLeast(wanted: string, least: number, ratio: number): Threshold {
	return { wanted, measured: ratio.toFixed(2), met: ratio >= least };
}

export function atMost(wanted: string, most: number, value: number, unit: string): Threshold {
	return { wanted, measured: `${value.toFixed(1)} ${unit}`, met: value <= most };
}
