import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { clearTimeout, setTimeout } from 'node:timers';
import { UserError, explainKnownError } from './userError.mjs';
import { showProgress } from './progress.mjs';

/** Variables that `npm start` sets for this process; an npm that runs in another folder would use them by mistake. */
const OUTER_NPM =
	/^(npm_(lifecycle|package|command|execpath|node_execpath)|npm_config_(local_prefix|global_prefix|prefix|global|ignore_scripts|nodedir|user_agent|npm_version)$|INIT_CWD$)/i;

/**
 * Returns this process's environment without the variables of an outer npm, plus `extra`.
 * @param {Record<string, string>} [extra]
 * @returns {Record<string, string>}
 */
export function environmentWithoutNpm(extra = {}) {
	const variables = /** @type {Record<string, string>} */ (process.env);
	const kept = Object.entries(variables).filter(([name]) => !OUTER_NPM.test(name));
	return { ...Object.fromEntries(kept), ...extra };
}

/**
 * Derives the current activity from npm's log. npm logs every downloaded package at the level "http".
 * @param {import('./progress.mjs').Progress} view
 * @param {number} [packages]
 * @returns {(line: string) => void}
 */
function npmActivity(view, packages) {
	let fetched = 0;
	return (line) => {
		const failure = /attempt \d+ failed with (\w+)/.exec(line);
		if (failure) view.update(`the registry does not respond (${failure[1]}), retrying`);
		else if (/npm http (fetch|cache) .*\.tgz/.test(line)) {
			fetched += 1;
			view.update(
				`${Math.min(fetched, packages ?? fetched)}${packages ? ` of ${packages}` : ''} packages`,
			);
		} else if (/^\s*(CC|CXX|SOLINK_MODULE|AR)\(/.test(line) || / (g\+\+|cc|c\+\+) /.test(line)) {
			view.update('compiling');
		}
	};
}

/**
 * @param {string} command
 * @param {string[]} output
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 * @param {string} log
 */
function failure(command, output, code, signal, log) {
	const known = explainKnownError(output.join('\n'));
	if (known) return new UserError(known);
	if (signal) {
		return new UserError(
			`${command} was stopped by ${signal}. If you did not stop it yourself: it needs 2 GB of free memory. Its output is in ${log}.`,
		);
	}
	const errors = output.filter((line) => /\b(npm error|gyp ERR!|error)\b/i.test(line));
	const last = (errors.length ? errors : output).slice(-8).map((line) => `    ${line}`);
	return new UserError(
		`${command} failed (exit code ${code}). Last lines of its output:\n${last.join('\n')}\n  The complete output is in ${log}.`,
	);
}

/**
 * Time that a program gets to stop after SIGTERM. npm would finish its work and then roll all of it back, which would
 * delay the next start by a minute; the next installation cleans up anyway.
 */
const STOP_TIMEOUT_MS = 2_000;

/**
 * Stops a child and all processes that it started: npm's compilers do not stop with npm.
 * @param {import('node:child_process').ChildProcess} child
 */
function stopGroup(child) {
	/** @param {NodeJS.Signals} signal */
	const send = (signal) => {
		// A program that could not be started has no ID, and the group 0 would be this process's own.
		if (child.pid === undefined) return;
		try {
			process.kill(-child.pid, signal);
		} catch {
			// The process group has already ended.
		}
	};
	send('SIGTERM');
	const kill = setTimeout(send, STOP_TIMEOUT_MS, 'SIGKILL');
	child.once('close', () => clearTimeout(kill));
}

/**
 * Starts a child that is stopped, with its process group, when this process receives a signal. The signal handlers exist
 * before the child does: a signal in between would end this process only, and nothing would stop the child.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptionsWithStdioTuple<'ignore', 'pipe', 'pipe'>} options
 * @returns the child, and a function that removes the signal handlers
 */
function spawnStoppable(command, args, options) {
	/** @type {NodeJS.Signals[]} */
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
	/** @param {NodeJS.Signals} signal */
	const stop = (signal) => {
		stopGroup(child);
		child.once('close', () => process.exit(signal === 'SIGINT' ? 130 : 143));
	};
	for (const signal of signals) process.on(signal, stop);
	// Makes the child the leader of a new process group, so that the whole group can be stopped.
	const child = spawn(command, args, { ...options, detached: true });
	return { child, removeHandlers: () => signals.forEach((signal) => process.off(signal, stop)) };
}

/**
 * @typedef {object} RunOptions
 * @property {string} label The name of the task on the progress line.
 * @property {string} cwd
 * @property {string} log The file that receives the complete output.
 * @property {Record<string, string>} [env]
 * @property {number} [packages] The number of packages in a complete installation, for "n of N".
 */

/**
 * Runs a program until it exits and shows its progress.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<void>}
 * @throws {UserError} if the program cannot be started or fails
 */
export async function run(command, args, { label, cwd, log, env, packages }) {
	mkdirSync(dirname(log), { recursive: true });
	// Compilers write little, so the disk's counter would mostly show what other programs write.
	const view = showProgress(label, packages === undefined ? undefined : cwd);
	const showActivity = npmActivity(view, packages);
	/** @type {string[]} */
	const output = [];
	// npm continues and exits with 0 when it cannot write a file of a package; its warning is the only sign.
	let isIncomplete = false;
	const file = createWriteStream(log, { flags: 'a' });
	// On a full disk the log fails first; npm's own error, which follows at once, is the one to report.
	file.on('error', () => undefined);
	const { child, removeHandlers } = spawnStoppable(command, args, {
		cwd,
		env: env ?? environmentWithoutNpm(),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	for (const stream of [child.stdout, child.stderr]) {
		createInterface({ input: stream }).on('line', (line) => {
			file.write(`${line}\n`);
			output.push(line);
			if (output.length > 200) output.shift();
			if (/TAR_ENTRY_ERROR|\bENOSPC\b/.test(line) && !isIncomplete) {
				isIncomplete = true;
				stopGroup(child);
			}
			showActivity(line);
		});
	}
	try {
		await new Promise((resolve, reject) => {
			child.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
				reject(
					error.code === 'ENOENT'
						? new UserError(
								`"${command}" was not found on this machine. It is part of Node.js: install Node.js 20 or later.`,
							)
						: error,
				),
			);
			child.once('close', (code, signal) =>
				code === 0 && !isIncomplete
					? resolve(undefined)
					: reject(failure(`${command} ${args[0]}`, output, code, signal, log)),
			);
		});
		view.done();
	} catch (error) {
		view.failed();
		throw error;
	} finally {
		removeHandlers();
		file.end();
	}
}
