import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { clearTimeout, setTimeout } from 'node:timers';
import { Problem, sentenceFor } from './userError.mjs';
import { progress } from './progress.mjs';

/** Environment that npm gave this process when it was started by "npm start": in another folder it would mislead npm. */
const OF_THE_OUTER_NPM =
	/^(npm_(lifecycle|package|command|execpath|node_execpath)|npm_config_(local_prefix|global_prefix|prefix|global|ignore_scripts|nodedir|user_agent|npm_version)$|INIT_CWD$)/i;

/** The environment without what an outer npm put into it, with some variables of our own. */
export function ownEnvironment(extra = {}) {
	const kept = Object.entries(process.env).filter(([name]) => !OF_THE_OUTER_NPM.test(name));
	return { ...Object.fromEntries(kept), ...extra };
}

/** What a line of npm's log says about how far it is; npm tells each fetched package at the level "http". */
function follower(view, packages) {
	let fetched = 0;
	return (line) => {
		const trouble = /attempt \d+ failed with (\w+)/.exec(line);
		if (trouble) view.update(`the registry does not answer (${trouble[1]}), trying again`);
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

/** The words for a program that ended with a failure. */
function failure(command, output, code, signal, log) {
	const known = sentenceFor(output.join('\n'));
	if (known) return new Problem(known);
	if (signal) {
		return new Problem(
			`${command} was ended by ${signal}. If you did not do that: it needs 2 GB of free memory. Its output is in ${log}.`,
		);
	}
	const errors = output.filter((line) => /\b(npm error|gyp ERR!|error)\b/i.test(line));
	const last = (errors.length ? errors : output).slice(-8).map((line) => `    ${line}`);
	return new Problem(
		`${command} failed (exit code ${code}). The last it said:\n${last.join('\n')}\n  All of it is in ${log}.`,
	);
}

/**
 * How long a program that is asked to end may take. npm would first finish what it is doing and then take all of it back,
 * which is a minute in which the next start waits; the next installation clears what is left anyway.
 */
const ENDING_MS = 2_000;

/** Ends a child with all that it has started: npm's compilers do not end with npm. */
function endGroup(child) {
	const send = (signal) => {
		try {
			process.kill(-child.pid, signal);
		} catch {
			// It has ended already.
		}
	};
	send('SIGTERM');
	const insist = setTimeout(send, ENDING_MS, 'SIGKILL');
	child.once('close', () => clearTimeout(insist));
}

/** Ends a child when this process is asked to end. Returns how to stop watching. */
function endTogether(child) {
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
	const end = (signal) => {
		endGroup(child);
		child.once('close', () => process.exit(signal === 'SIGINT' ? 130 : 143));
	};
	for (const signal of signals) process.on(signal, end);
	return () => signals.forEach((signal) => process.off(signal, end));
}

/**
 * Runs a program to its end and shows how far it is.
 * @param {string} command
 * @param {string[]} args
 * @param {{ label: string, cwd: string, log: string, env?: Record<string, string>, packages?: number }} options
 *   log: file for the whole output; packages: how many a complete installation has
 * @throws {Problem} when it cannot be started or fails
 */
export async function run(command, args, { label, cwd, log, env, packages }) {
	mkdirSync(dirname(log), { recursive: true });
	// Compilers write little: what the disk's count shows then is somebody else's.
	const view = progress(label, packages === undefined ? undefined : cwd);
	const follow = follower(view, packages);
	const output = [];
	// npm goes on, and ends with 0, when a file of a package could not be written: its warning is the only sign.
	let broken = false;
	const file = createWriteStream(log, { flags: 'a' });
	// A full disk must not turn the log into the failure: npm's own failure follows at once.
	file.on('error', () => undefined);
	const child = spawn(command, args, {
		cwd,
		env: env ?? ownEnvironment(),
		stdio: ['ignore', 'pipe', 'pipe'],
		// Leader of a process group of its own.
		detached: true,
	});
	for (const stream of [child.stdout, child.stderr]) {
		createInterface({ input: stream }).on('line', (line) => {
			file.write(`${line}\n`);
			output.push(line);
			if (output.length > 200) output.shift();
			if (/TAR_ENTRY_ERROR|\bENOSPC\b/.test(line) && !broken) {
				broken = true;
				endGroup(child);
			}
			follow(line);
		});
	}
	const letGo = endTogether(child);
	try {
		await new Promise((resolve, reject) => {
			child.once('error', (error) =>
				reject(
					error.code === 'ENOENT'
						? new Problem(
								`"${command}" was not found on this machine. It comes with Node.js: install Node.js 20 or later.`,
							)
						: error,
				),
			);
			child.once('close', (code, signal) =>
				code === 0 && !broken
					? resolve()
					: reject(failure(`${command} ${args[0]}`, output, code, signal, log)),
			);
		});
		view.done();
	} catch (error) {
		view.failed();
		throw error;
	} finally {
		letGo();
		file.end();
	}
}
