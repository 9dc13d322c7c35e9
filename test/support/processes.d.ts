/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export function spawnSandbox(folder: string): ChildProcessByStdio<Writable, Readable, null>;
export function lint(folder: string): string;
export function scan(folder: string, what: 'sources' | 'package'): string;
export function publishedFiles(folder: string): string[];
