/**
 * Starts one n8n, and stops it with all its child processes when the launcher asks for it or has exited. The launcher holds
 * the other end of the standard input, which closes even if the launcher is killed.
 * Must be started as the leader of a process group: node supervisor.mjs <program> <arguments…>
 */
import { spawn } from 'node:child_process';

/** Time that n8n gets to save its running executions before it is killed. */
const STOP_TIMEOUT_MS = 10_000;

let isStopping = false;
function stop() {
	if (isStopping) return;
	isStopping = true;
	child.kill('SIGTERM');
	setTimeout(() => process.kill(-process.pid, 'SIGKILL'), STOP_TIMEOUT_MS);
}

process.stdin.on('end', stop).on('error', stop).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

// Started only now: a signal that arrives before its handler exists would end the supervisor and leave n8n running.
const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });

child.on('error', (error) => {
	console.error(error.message);
	process.exit(127);
});
child.on('exit', (code, signal) => {
	if (!isStopping) console.error(`n8n stopped unexpectedly (${signal ?? `exit code ${code}`})`);
	// Processes that n8n may have left behind (its task runner) are in the same group, and so is the supervisor itself.
	process.kill(-process.pid, 'SIGKILL');
});
