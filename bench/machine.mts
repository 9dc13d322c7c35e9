import { cpus, loadavg, totalmem } from 'node:os';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeInstallation, nodeProgram } from '../sandbox/n8n/versions.mts';
import { getString } from '../sandbox/n8n/json.mts';

const firstLine = (program: string, ...args: string[]) =>
	execFileSync(program, args).toString().trim().split('\n')[0];

/**
 * Describes the machine and the versions, one line each. Must be called before a case begins: the load is that of other
 * programs, and above a third of the cores the speeds are not reliable.
 */
export function describeMachine(): string[] {
	const host = describeInstallation('newest');
	const manifest = join(host.folder, 'node_modules', 'n8n', 'package.json');
	const n8n = getString(JSON.parse(readFileSync(manifest, 'utf8')), 'version');
	const [cpu] = cpus();
	return [
		`${cpus().length} × ${cpu.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, ${process.platform} ${process.arch}, load of others ${loadavg()[0].toFixed(1)}`,
		`n8n ${n8n} on Node.js ${firstLine(nodeProgram(host), '--version').slice(1)}; sandbox on Node.js ${process.versions.node}; ${firstLine('curl', '--version').split(' (')[0]}`,
	];
}
