/**
 * Keeps one n8n: starts it and ends it, with everything that it started, when the launcher asks for it or is gone. The
 * launcher holds the other end of the standard input; that closes even when the launcher is killed without warning.
 * Started as the leader of a process group of its own: node keeper.mjs <program> <arguments…>
 */
import { spawn } from 'node:child_process';

/** n8n saves running executions when it ends; after that long it is ended the hard way. */
const PATIENCE_MS = 10_000;

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });

let ending = false;
function end() {
	if (ending) return;
	ending = true;
	child.kill('SIGTERM');
	setTimeout(() => process.kill(-process.pid, 'SIGKILL'), PATIENCE_MS);
}

process.stdin.on('end', end).on('error', end).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

child.on('error', (error) => {
	console.error(error.message);
	process.exit(127);
});
child.on('exit', (code, signal) => {
	if (!ending) console.error(`n8n ended by itself (${signal ?? `exit code ${code}`})`);
	// What n8n may have left behind (its task runner) is in the same group, and so is the keeper itself.
	process.kill(-process.pid, 'SIGKILL');
});
