/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface Collections {
	/** Of the young objects alone. */
	young: number;
	/** Of everything, begun for memory outside of the heap. */
	whole: number;
}

export function collections(groups: number[][], isNode24?: boolean): Collections[];
export function filestackPaths(requests: readonly object[]): string[];
export function traceAllocationSites(module?: string): number[];
export interface StartedSandbox {
	child: ChildProcessByStdio<Writable, Readable, null>;
	info: SandboxInfo;
}

/** What the sandbox says of itself: the parts that tests use. */
export interface SandboxInfo {
	portal: string;
	services: Record<
		string,
		{ origins: Record<string, string>; credentials: Record<string, string> }
	>;
}

export function startSandbox(folder: string): Promise<StartedSandbox>;
export function lint(folder: string): string;
export function git(folder: string, ...args: string[]): string;

export interface Ended {
	succeeded: boolean;
	output: string;
}

export function release(args: string[]): Ended;
export function publish(what: string, registry: string): Promise<Ended>;
export function publishedFiles(folders: string[]): string[][];
export function unpack(tarball: string, folder: string): void;
