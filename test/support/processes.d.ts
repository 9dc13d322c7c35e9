/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface Collections {
	/** Of the young objects alone. */
	young: number;
	/** Of everything, begun for memory outside of the heap. */
	whole: number;
}

export function collections(groups: number[][]): Collections[];
export function shortLived(module?: string): number[];
export function spawnSandbox(folder: string): ChildProcessByStdio<Writable, Readable, null>;
export function lint(folder: string): string;
export function scan(folder: string, what: 'sources' | 'package'): string;
export function publishedFiles(folder: string): string[];
